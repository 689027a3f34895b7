import {
  BrokerClosedError,
  type BucketBroker,
  type BucketRecord,
  type WaitOptions,
  checkBucketRecord,
} from '@repid/core';
import { readBucketsCall, storeBucketsCall } from '../commands/buckets.js';
import { type Connections, RedisBroker } from '../connection/redis-broker.js';
import { ClientSource, type RedisConnection } from '../connection/source.js';
import { Keys } from '../keys.js';
import { type RedisBucketBrokerOptions, resolveBucketBrokerOptions } from '../options/broker-options.js';
import { Waits } from './waits.js';

interface Opened extends Connections {
  readonly waits: Waits;
}

/** Stores buckets as Redis strings. */
export class RedisBucketBroker extends RedisBroker<Opened> implements BucketBroker {
  /**
   * @param redis a URL, options of ioredis, or an instance of it (version 5 or 6, or a cluster). An instance is
   *   duplicated for the broker's connections and not changed.
   * @throws InvalidOptionError if an option is unknown or wrong
   */
  constructor(redis: RedisConnection, options: RedisBucketBrokerOptions = {}) {
    const source = new ClientSource(redis);
    const resolved = resolveBucketBrokerOptions(options, source.cluster);
    super(source, new Keys(resolved.prefix), ['repid-buckets', 'repid-waits'], {
      ...resolved,
      timeout: resolved.commandTimeout,
    });
  }

  async get(ids: readonly string[]): Promise<(string | undefined)[]> {
    const { commands } = this.use();
    if (ids.length === 0) return [];
    const keys = ids.map((id) => this.keys.bucket(id));
    const bodies = await commands.sendAgain((client) => client.mget(keys));
    if (bodies.includes(null)) await this.askMaster(keys, bodies);
    return bodies.map((body) => body ?? undefined);
  }

  /** A server that has become a replica may lack newer buckets: only the master can say that a bucket does not exist. */
  private async askMaster(keys: readonly string[], bodies: (string | null)[]): Promise<void> {
    const missing = [...keys.keys()].filter((n) => bodies[n] === null);
    const asked = missing.map((n) => keys[n]!);
    const call = readBucketsCall(asked, this.keys);
    const found = await this.use().commands.runAgain<(string | null)[]>(call);
    missing.forEach((n, index) => (bodies[n] = found[index] ?? null));
  }

  async store(buckets: readonly BucketRecord[]): Promise<void> {
    const { commands } = this.use();
    if (buckets.length === 0) return;
    buckets.forEach(checkBucketRecord);
    await commands.runAgain(storeBucketsCall(buckets, this.keys)); // The bodies are the same each time.
  }

  async delete(ids: readonly string[]): Promise<number> {
    const { commands } = this.use();
    return ids.length === 0 ? 0 : commands.send((client) => client.del(ids.map((id) => this.keys.bucket(id))));
  }

  async wait(id: string, options: WaitOptions): Promise<string> {
    return this.use().waits.wait(id, options);
  }

  protected override prepare({ commands, subscriber }: Connections): Opened {
    return { commands, subscriber, waits: new Waits(this.keys, commands, subscriber) };
  }

  protected override finish({ waits }: Opened): void {
    waits.close(new BrokerClosedError(this.name));
  }
}
