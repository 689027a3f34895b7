import {
  BrokerClosedError,
  type BucketBroker,
  type BucketRecord,
  type WaitOptions,
  checkBucketRecord,
} from '@repid/core';
import { readBucketsCall, storeBucketsCall } from '../commands/buckets.js';
import type { Connection } from '../connection/connection.js';
import { Lifecycle } from '../connection/lifecycle.js';
import { openCommands } from '../connection/open-commands.js';
import { ClientSource, type RedisConnection } from '../connection/source.js';
import { limitedReports } from '../connection/reports.js';
import { type Way, isSamePlace } from '../connection/same-place.js';
import { Subscriber } from '../connection/subscriber.js';
import { Keys } from '../keys.js';
import {
  type RedisBucketBrokerOptions,
  type ResolvedBucketBrokerOptions,
  resolveBucketBrokerOptions,
} from '../options/broker-options.js';
import { Waits } from './waits.js';

interface Opened {
  readonly commands: Connection;
  readonly subscriber: Subscriber;
  readonly waits: Waits;
}

/** Stores buckets as Redis strings. */
export class RedisBucketBroker implements BucketBroker {
  readonly name = 'redis';
  /** How every key begins. */
  readonly prefix: string;
  private readonly source: ClientSource;
  private readonly options: ResolvedBucketBrokerOptions;
  private readonly keys: Keys;
  private readonly report = limitedReports((problem) => this.options.onProblem(problem));
  private readonly life = new Lifecycle(
    this.name,
    (signal) => this.open(signal),
    (opened) => this.close(opened),
  );

  /**
   * @param redis a URL, options of ioredis, or an instance of it (version 5 or 6, or a cluster). An instance is
   *   duplicated for the broker's connections and not changed.
   * @throws InvalidOptionError where an option is unknown or wrong
   */
  constructor(redis: RedisConnection, options: RedisBucketBrokerOptions = {}) {
    this.source = new ClientSource(redis);
    this.options = resolveBucketBrokerOptions(options, this.source.cluster);
    this.prefix = this.options.prefix;
    this.keys = new Keys(this.prefix);
  }

  /** @throws BrokerUnavailableError, BrokerRefusedError, UnsupportedError */
  async connect(): Promise<void> {
    await this.life.open();
  }

  async disconnect(): Promise<void> {
    await this.life.close();
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
    const missing = keys.flatMap((key, n) => (bodies[n] === null ? [{ key, n }] : []));
    const asked = missing.map(({ key }) => key);
    const call = readBucketsCall(asked, this.keys);
    const found = await this.use().commands.runAgain<(string | null)[]>(call);
    for (const [place, { n }] of missing.entries()) bodies[n] = found[place] ?? null;
  }

  async store(buckets: readonly BucketRecord[]): Promise<void> {
    const { commands } = this.use();
    if (buckets.length === 0) return;
    buckets.forEach(checkBucketRecord);
    await commands.runAgain(storeBucketsCall(buckets, this.keys)); // May be sent twice: the bodies are the same.
  }

  async delete(ids: readonly string[]): Promise<number> {
    const { commands } = this.use();
    return ids.length === 0 ? 0 : commands.send((client) => client.del(ids.map((id) => this.keys.bucket(id))));
  }

  async wait(id: string, options: WaitOptions): Promise<string> {
    return this.use().waits.wait(id, options);
  }

  /** True where both use the same database. @param other how a message broker reaches Redis */
  async isAt(other: Way): Promise<boolean> {
    const { commands } = this.use();
    return isSamePlace(other, { source: this.source, settings: this.settings, commands });
  }

  private get settings() {
    const { connectTimeout, commandTimeout: timeout, prefix } = this.options;
    return { connectTimeout, timeout, onProblem: this.report, prefix, key: this.keys.probe };
  }

  private use(): Opened {
    const { current } = this.life;
    if (!current) throw new BrokerClosedError(this.name);
    return current;
  }

  private async open(signal: AbortSignal): Promise<Opened> {
    const { settings } = this;
    const commands = await openCommands(this.source, 'repid-buckets', { ...settings, signal });
    const subscriber = new Subscriber(this.source, 'repid-waits', settings.connectTimeout, settings);
    commands.onDemoted(() => subscriber.reset());
    return { commands, subscriber, waits: new Waits(this.keys, commands, subscriber) };
  }

  private async close({ commands, subscriber, waits }: Opened): Promise<void> {
    waits.close(new BrokerClosedError(this.name));
    subscriber.close();
    commands.close();
  }
}
