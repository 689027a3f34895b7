import { Repid } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { Redis } from 'ioredis';
import type { World } from './world.js';

const OWNERSHIP_TIME = 150;

/** Connections of one process each to a Redis, on which one world after the other is made. */
export class RedisLane {
  private readonly redis: Redis;
  private readonly workers: readonly [Repid, Repid];
  private readonly ghost: RedisMessageBroker;
  private graphs = 0;
  private lost = 0;

  /** @param prefix begins all keys, and none of others */
  constructor(
    url: string,
    private readonly prefix: string,
  ) {
    const options = { prefix, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 };
    const onEvent = ({ type }: { type: string }): void => void (this.lost += type === 'ownership-lost' ? 1 : 0);
    const connect = (): Repid =>
      new Repid({
        messageBroker: new RedisMessageBroker(url, options),
        resultsBucketBroker: new RedisBucketBroker(url, { prefix }),
        onEvent,
      });
    this.redis = new Redis(url, { lazyConnect: true });
    this.workers = [connect(), connect()];
    this.ghost = new RedisMessageBroker(url, options);
  }

  async world(): Promise<World> {
    await this.ghost.connect();
    const name = `graph${(this.graphs += 1)}`;
    const before = this.lost;
    return {
      workers: this.workers,
      ghost: this.ghost,
      name,
      patience: '20s',
      until: (coming) => coming,
      mayHaveRunTwice: () => this.lost > before,
      leftovers: (jobs, failed) => this.leftovers(name, jobs, failed),
      close: () => this.clear(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers, this.ghost].map((connection) => connection.disconnect()));
    this.redis.disconnect();
  }

  private async leftovers(name: string, jobs: readonly string[], failed: number): Promise<string[]> {
    const stream = `${this.prefix}:${name}`;
    const keys = await this.redis.keys(`${this.prefix}:*`);
    const found = await Promise.all(keys.map((key) => this.findingOf(key, stream, new Set(jobs))));
    const letters = await this.redis.xlen(`${stream}:dlq`);
    if (letters !== failed) found.push(`${letters} dead letters of ${failed} failed jobs`);
    const buckets = keys.filter((key) => this.bucketOf(key) !== undefined).length;
    if (buckets !== jobs.length) found.push(`${buckets} buckets of ${jobs.length} jobs`);
    return found.filter((finding) => finding !== undefined);
  }

  private async findingOf(key: string, stream: string, jobs: ReadonlySet<string>): Promise<string | undefined> {
    if (key === `${this.prefix}:channels` || key === `${stream}:dlq`) return undefined;
    if (key === stream) return this.findingInStream(stream);
    const bucket = this.bucketOf(key);
    // What was skipped is kept as long as its result, to be brought back.
    const isKept = bucket === undefined ? /:skipped(:|$)/.test(key) : jobs.has(bucket);
    if (!isKept) return `${key} is left`;
    return (await this.redis.pttl(key)) > 0 ? undefined : `${key} never expires`;
  }

  private async findingInStream(stream: string): Promise<string | undefined> {
    const entries = await this.redis.xlen(stream);
    const [pending] = (await this.redis.xpending(stream, `${stream}:group`)) as [number];
    return entries + pending === 0 ? undefined : `${entries} entries are left, ${pending} of them in hand`;
  }

  private bucketOf(key: string): string | undefined {
    const start = `${this.prefix}:bucket:`;
    return key.startsWith(start) && !key.endsWith(':skipped') && !key.endsWith(':waiters') && !key.endsWith(':clients')
      ? key.slice(start.length)
      : undefined;
  }

  private async clear(): Promise<void> {
    const keys = await this.redis.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.redis.del(...keys);
  }
}
