import { type BucketBroker, type MessageBroker, Repid } from '@repid/core';
import { Faults, FaultyBucketBroker, FaultyMessageBroker } from '@repid/core/testing';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { Redis } from 'ioredis';
import type { Plan } from './plan.js';
import type { World } from './world.js';

const OWNERSHIP_TIME = 150;

/** Connections of one process each to a Redis, on which one world after the other is made. */
export class RedisLane {
  private readonly redis: Redis;
  private readonly client: Repid;
  private readonly worker: Repid;
  private readonly messages: RedisMessageBroker;
  private readonly buckets: RedisBucketBroker;
  private readonly ghost: RedisMessageBroker;
  private graphs = 0;
  private lost = 0;

  /** @param prefix begins all keys, and none of others */
  constructor(
    url: string,
    private readonly prefix: string,
  ) {
    const options = { prefix, ownershipTime: OWNERSHIP_TIME, maxDeliveries: 100 };
    const messages = (): RedisMessageBroker => new RedisMessageBroker(url, options);
    const buckets = (): RedisBucketBroker => new RedisBucketBroker(url, { prefix });
    this.redis = new Redis(url, { lazyConnect: true });
    this.client = this.connect(messages(), buckets());
    this.worker = this.connect(messages(), buckets());
    [this.messages, this.buckets, this.ghost] = [messages(), buckets(), messages()];
  }

  async world({ strikes }: Plan): Promise<World> {
    await this.ghost.connect();
    const faults = new Faults();
    for (const { call, moment, ...options } of strikes) faults.strike(call, moment, options);
    const faulty = this.connect(
      new FaultyMessageBroker(this.messages, faults),
      new FaultyBucketBroker(this.buckets, faults),
    );
    const name = `graph${(this.graphs += 1)}`;
    const before = this.lost;
    return {
      client: this.client,
      workers: [faulty, this.worker],
      ghost: this.ghost,
      name,
      patience: '20s',
      until: (coming) => coming,
      mayHaveRunTwice: () => strikes.length > 0 || this.lost > before,
      leftovers: (jobs, failed) => this.leftovers(name, jobs, failed),
      close: () => this.clear(),
    };
  }

  async close(): Promise<void> {
    const connections = [this.client, this.worker, this.messages, this.buckets, this.ghost];
    await Promise.all(connections.map((connection) => connection.disconnect()));
    this.redis.disconnect();
  }

  private connect(messageBroker: MessageBroker, resultsBucketBroker: BucketBroker): Repid {
    return new Repid({
      messageBroker,
      resultsBucketBroker,
      onEvent: ({ type }) => void (this.lost += type === 'ownership-lost' ? 1 : 0),
    });
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
    if (key === `${this.prefix}::channels` || key === `${stream}:dlq`) return undefined;
    if (key === stream) return this.findingInStream(stream);
    const bucket = this.bucketOf(key);
    // What was skipped is kept as long as its result, to be brought back; that clients wait, as long as they may.
    const isPassing = key.startsWith(`${this.prefix}::skipped`) || key === `${this.prefix}::clients`;
    const isKept = bucket === undefined ? isPassing : jobs.has(bucket);
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
    return key.startsWith(start) ? key.slice(start.length) : undefined;
  }

  private async clear(): Promise<void> {
    const keys = await this.redis.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.redis.del(...keys);
  }
}
