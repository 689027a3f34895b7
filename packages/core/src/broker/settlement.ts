import type { BucketWrite } from '../bucket/bucket-broker.js';
import type { OutgoingMessage } from '../message/message.js';
import type { DeadLetterReason } from './dead-letter.js';

/** What becomes of the message. */
export type Outcome =
  /** Done: it is removed. */
  | { readonly type: 'ack' }
  /** Given up: it goes to the channel's dead letters, with these headers (counters reset, ready to be replayed). */
  | { readonly type: 'nack'; readonly headers: Readonly<Record<string, string>>; readonly reason: DeadLetterReason }
  /** Back to the end of the channel at once, with these headers. */
  | { readonly type: 'reject'; readonly headers: Readonly<Record<string, string>> }
  /** Back to the channel after `delay` milliseconds, with these headers. */
  | { readonly type: 'retry'; readonly headers: Readonly<Record<string, string>>; readonly delay: number };

/** Everything that the end of a delivery causes, as one value. A broker with `atomicSettlement` commits it as one act. */
export interface Settlement {
  readonly outcome: Outcome;
  /** The result to store. Only for bucket brokers that have been joined. */
  readonly bucket?: BucketWrite;
  /** Buckets that the message has waited for and need not be kept for it any more; only with `ack` and `nack`. */
  readonly releases?: readonly string[];
  /**
   * The messages that follow. Their ids must be free, save that the settled message's own id may be used again where
   * the outcome frees it (`ack`, `nack`): so a recurring job's next run takes the place of this one.
   * A follower whose id is taken is left out, not an error: it is there already.
   */
  readonly publish?: readonly OutgoingMessage[];
}
