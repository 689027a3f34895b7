import type { BucketWrite } from '../bucket/bucket-broker.js';
import type { Waits } from '../dependency/waits.js';

/** What travels over a channel. The same on the wire for jobs and for bare messages. */
export interface Message {
  readonly channel: string;
  readonly payload: Uint8Array;
  /** Text by name. `topic` names the actor; names that begin with `repid-` are ours. */
  readonly headers: Readonly<Record<string, string>>;
  /** Media type of the payload, e.g. `application/json`. */
  readonly contentType?: string;
  /** The channel that a reply goes to. */
  readonly replyTo?: string;
}

/** Which of a channel's messages go first: of `high`, `medium` and `low` about 10, 3 and 1 are taken in turn. */
export type Priority = 'high' | 'medium' | 'low';

/** Every priority, first served first. */
export const PRIORITIES: readonly Priority[] = ['high', 'medium', 'low'];

/** A message on its way to a broker, with what the broker is to do about it. */
export interface OutgoingMessage extends Message {
  /**
   * A job's id. Names one job in the broker, whatever its channel, while the job is there (waiting, delayed, queued or running),
   * and while a bucket that it `clears` has yet to be read by who waited for it: publishing it again rejects with
   * DuplicateJobError. A bare message has none.
   */
  readonly id?: string;
  /**
   * The bucket that its result goes to, where that is not its id. Taken as ids are, and from the same names, while the job
   * is there: no other job may have it as its id or its `resultId`.
   */
  readonly resultId?: string;
  /** @default 'medium' */
  readonly priority?: Priority;
  /** Not to be delivered before this time, in milliseconds since the epoch. */
  readonly dueAt?: number;
  /** Not to be delivered before so many milliseconds have passed since the broker took it. Ignored beside `dueAt`. */
  readonly delay?: number;
  /**
   * Buckets that it waits for. It is parked until each is there and meets its condition, then published (`dueAt` and
   * `delay` count from there on); where one can't be met any more, or does not come in time, it is skipped: not published,
   * its result says so, and whoever waits for that learns it in the same act. Looking and registering are one act.
   * Buckets that are waited for, or have yet to be read by who waited, do not expire. Needs the capability `dependencies`.
   */
  readonly waits?: Waits;
  /**
   * Buckets stored in the same act. One that a job's result goes to (its id or `resultId` while it is there, or a result that is kept) is
   * not overwritten: publishing rejects with DuplicateJobError. Only for bucket brokers that have been joined.
   */
  readonly buckets?: readonly BucketWrite[];
  /**
   * Buckets removed in the same act: results of an earlier job of this id. One that holds mere arguments is not
   * removed: publishing rejects with DuplicateJobError. Only for joined bucket brokers.
   */
  readonly clears?: readonly Pick<BucketWrite, 'id' | 'into'>[];
}
