import type { BucketBroker } from '../bucket/bucket-broker.js';
import type { Condition } from './condition.js';

/** A bucket that a message waits for. */
export interface Wait {
  readonly bucketId: string;
  readonly condition: Condition;
}

/** What a message waits for before it is published. */
export interface Waits {
  /** Each bucket at most once. */
  readonly on: readonly Wait[];
  /** The message is skipped after waiting this many milliseconds. */
  readonly timeout: number;
  /** The bucket of its result, which tells if it was skipped. */
  readonly result?: { readonly id: string; readonly ttl: number | null; readonly into: BucketBroker };
}
