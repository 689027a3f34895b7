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
  /** Skipped when it has waited so many milliseconds. */
  readonly timeout: number;
  /** Where its result goes, and that it was skipped is told. */
  readonly result?: { readonly id: string; readonly ttl: number | null; readonly into: BucketBroker };
}
