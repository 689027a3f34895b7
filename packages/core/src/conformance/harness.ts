import type { BucketBroker } from '../bucket/index.js';
import type { MessageBroker } from '../broker/index.js';

/** The part of a test runner that the suites need. vitest, jest and `node:test` have it. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/** Options that some scenarios need for their broker. */
export interface BrokerOptions {
  /** How long a delivery is owned without being extended, in milliseconds. */
  readonly ownershipTime?: number;
  /** How many workers a message may lose before it is dead-lettered. */
  readonly maxDeliveries?: number;
  /** How many dead letters a channel keeps, and for how many milliseconds. */
  readonly deadLetters?: { readonly maxCount?: number; readonly maxAge?: number };
}

/** A message broker under test. The suite connects and disconnects what it creates. */
export interface MessageBrokerHarness extends TestRunner {
  /** Creates a broker that is not connected yet. Several may share a server: each scenario uses its own channels. */
  createBroker(options?: BrokerOptions): MessageBroker | Promise<MessageBroker>;
  /** Creates a bucket broker that the message broker can join. Without it, buckets in settlements are not tested. */
  createBuckets?(): BucketBroker | Promise<BucketBroker>;
  /** Puts an entry into the channel that is not a message. Enables the scenarios about malformed entries. */
  insertMalformed?(broker: MessageBroker, channel: string): Promise<void>;
  /** Cuts the broker's connections. Enables the scenarios about reconnecting. */
  interrupt?(broker: MessageBroker): Promise<void>;
  /** Advances the broker's time by milliseconds. Without it, scenarios wait in real time, with short durations. */
  advance?(broker: MessageBroker, milliseconds: number): Promise<void>;
}

/** A bucket broker under test. The suite connects and disconnects what it creates. */
export interface BucketBrokerHarness extends TestRunner {
  /** Creates a bucket broker that is not connected yet. Several may share a server: each scenario uses its own ids. */
  createBuckets(): BucketBroker | Promise<BucketBroker>;
  /**
   * Creates a message broker, not connected yet, that can join those buckets. Enables the scenarios about transactional
   * buckets.
   */
  createBroker?(): MessageBroker | Promise<MessageBroker>;
  /** Advances the broker's time by milliseconds. Without it, scenarios wait in real time, with short durations. */
  advance?(buckets: BucketBroker, milliseconds: number): Promise<void>;
}
