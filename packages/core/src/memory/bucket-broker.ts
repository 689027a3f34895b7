import { checkBucketRecord } from '../broker/check-message.js';
import type { BucketBroker, BucketRecord, WaitOptions } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import { BrokerClosedError } from '../errors/index.js';
import { BucketContents } from './bucket-contents.js';
import { type InMemoryBucketBrokerOptions, resolveBucketBrokerOptions } from './options.js';

/**
 * Keeps buckets in this process: for tests, and for programs that need not survive a restart.
 *
 * Buckets survive `disconnect()`; they are gone with the object.
 */
export class InMemoryBucketBroker implements BucketBroker {
  readonly name = 'in-memory';
  readonly clock: Clock;
  /** The stored buckets. Message brokers that share its transactions write here together with their messages. */
  readonly contents: BucketContents;
  #isConnected = false;

  /** @throws InvalidOptionError for an unknown option or an invalid value */
  constructor(options: InMemoryBucketBrokerOptions = {}) {
    this.clock = resolveBucketBrokerOptions(options).clock;
    this.contents = new BucketContents(this.clock);
  }

  async connect(): Promise<void> {
    this.#isConnected = true;
  }

  async disconnect(): Promise<void> {
    this.#isConnected = false;
    this.contents.waiters.rejectAll(new BrokerClosedError(this.name));
  }

  async get(ids: readonly string[]): Promise<(string | undefined)[]> {
    this.#requireConnection();
    return ids.map((id) => this.contents.get(id));
  }

  async store(buckets: readonly BucketRecord[]): Promise<void> {
    this.#requireConnection();
    buckets.forEach(checkBucketRecord);
    for (const bucket of buckets) this.contents.store(bucket);
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.#requireConnection();
    return ids.filter((id) => this.contents.delete(id)).length;
  }

  async wait(id: string, options: WaitOptions): Promise<string> {
    this.#requireConnection();
    return this.contents.get(id) ?? this.contents.waiters.wait(id, options);
  }

  #requireConnection(): void {
    if (!this.#isConnected) throw new BrokerClosedError(this.name);
  }
}
