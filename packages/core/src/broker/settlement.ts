import type { BucketWrite } from '../bucket/bucket-broker.js';
import type { OutgoingMessage } from '../message/message.js';
import type { DeadLetterReason } from './dead-letter.js';

/** What happens to the message. */
export type Outcome =
  /** Done: removed. */
  | { readonly type: 'ack' }
  /** Dead-lettered, with these headers (counters reset, ready to be replayed). */
  | { readonly type: 'nack'; readonly headers: Readonly<Record<string, string>>; readonly reason: DeadLetterReason }
  /** Returned to the end of the channel immediately, with these headers. */
  | { readonly type: 'reject'; readonly headers: Readonly<Record<string, string>> }
  /** Returned to the channel after `delay` milliseconds, with these headers. */
  | { readonly type: 'retry'; readonly headers: Readonly<Record<string, string>>; readonly delay: number };

/** Everything that ends a delivery, as one value. A broker with `atomicSettlement` commits it atomically. */
export interface Settlement {
  readonly outcome: Outcome;
  /** The result to store. Only for transactional bucket brokers. */
  readonly bucket?: BucketWrite;
  /** Buckets that the message waited for and that need not be kept for it any longer; only with `ack` and `nack`. */
  readonly releases?: readonly string[];
  /**
   * The follow-up messages. Their ids must be free; the settled message's own id counts as free if the outcome frees it
   * (`ack`, `nack`), so that the next run of a recurring job can use it. A follower whose id is taken is left out
   * without an error: it was published before.
   */
  readonly publish?: readonly OutgoingMessage[];
}
