import type { BucketBroker } from '../bucket/index.js';
import type { MessageBroker } from '../broker/index.js';

/** What a suite needs of a test runner. Those of vitest, jest and `node:test` fit. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/** The options that some scenarios give to the broker they run on. Both in the broker's own terms. */
export interface BrokerOptions {
  /** Milliseconds that a delivery is owned without being extended. */
  readonly ownershipTime?: number;
  /** How many workers a message may lose before it goes to the dead letters. */
  readonly maxDeliveries?: number;
  /** How many dead letters a channel keeps, and for how many milliseconds. */
  readonly deadLetters?: { readonly maxCount?: number; readonly maxAge?: number };
}

/** A message broker under test. The suite connects what it creates, and disconnects it in the end. */
export interface MessageBrokerHarness extends TestRunner {
  /** A broker that is not connected yet. Several may share a server: each scenario uses channels of its own. */
  createBroker(options?: BrokerOptions): MessageBroker | Promise<MessageBroker>;
  /** A bucket broker that the message broker can join. Without it, buckets in settlements are not tried. */
  createBuckets?(): BucketBroker | Promise<BucketBroker>;
  /** Puts an entry into the channel that is no message. Given: the malformed scenarios run. */
  insertMalformed?(broker: MessageBroker, channel: string): Promise<void>;
  /** Cuts the broker's connections behind its back. Given: the reconnect scenarios run. */
  interrupt?(broker: MessageBroker): Promise<void>;
  /** Moves the broker's time by milliseconds. Without it, scenarios await real time, with short durations. */
  advance?(broker: MessageBroker, milliseconds: number): Promise<void>;
}

/** A bucket broker under test. The suite connects what it creates, and disconnects it in the end. */
export interface BucketBrokerHarness extends TestRunner {
  /** A bucket broker that is not connected yet. Several may share a server: each scenario uses ids of its own. */
  createBuckets(): BucketBroker | Promise<BucketBroker>;
  /** A message broker, not connected yet, that can join those buckets. Given: joined settlements are tried. */
  createBroker?(): MessageBroker | Promise<MessageBroker>;
  /** Moves the broker's time by milliseconds. Without it, scenarios await real time, with short durations. */
  advance?(buckets: BucketBroker, milliseconds: number): Promise<void>;
}
