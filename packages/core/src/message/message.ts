import type { BucketWrite } from '../bucket/bucket-broker.js';
import type { Waits } from '../dependency/waits.js';

/** A message in a channel. Jobs and bare messages have the same format. */
export interface Message {
  readonly channel: string;
  readonly payload: Uint8Array;
  /** Text by name. `topic` names the actor; names that begin with `repid-` are reserved. */
  readonly headers: Readonly<Record<string, string>>;
  /** Media type of the payload, e.g. `application/json`. */
  readonly contentType?: string;
  /** The channel for the reply. */
  readonly replyTo?: string;
}

/** The priority of a message within its channel: about 10 `high`, 3 `medium` and 1 `low` are taken in turn. */
export type Priority = 'high' | 'medium' | 'low';

/** Every priority, highest first. */
export const PRIORITIES: readonly Priority[] = ['high', 'medium', 'low'];

/** A message to publish, with instructions for the broker. */
export interface OutgoingMessage extends Message {
  /**
   * The job's id. Unique in the broker, across channels, while the broker holds the job (waiting, delayed, queued or
   * running), and while a released job has yet to read a bucket that this message `clears`: publishing rejects with
   * DuplicateJobError. A bare message has no id.
   */
  readonly id?: string;
  /**
   * The bucket of the result, if it is not the id. Reserved together with ids while the broker holds the job: no other
   * job may have it as its id or `resultId`.
   */
  readonly resultId?: string;
  /** @default 'medium' */
  readonly priority?: Priority;
  /** The earliest delivery, in milliseconds since the epoch. */
  readonly dueAt?: number;
  /** The earliest delivery, in milliseconds after the broker received the message. Ignored if `dueAt` is set. */
  readonly delay?: number;
  /**
   * Buckets to wait for. The message is blocked until all are stored and meet their conditions; then it is published
   * (`dueAt` and `delay` count from then on). If a condition can no longer be met, or the wait times out, the message
   * is skipped: its result says so, and the same transaction notifies the jobs that wait for that result. Checking for
   * a bucket and registering a waiter are atomic. Buckets that are waited for, or have yet to be read by a released
   * job, do not expire. Needs the capability `dependencies`.
   */
  readonly waits?: Waits;
  /**
   * Buckets to store in the same transaction. A bucket that belongs to a job's result (its id or `resultId` while the
   * broker holds it, or a stored result) is not overwritten: publishing rejects with DuplicateJobError. Only for
   * transactional bucket brokers.
   */
  readonly buckets?: readonly BucketWrite[];
  /**
   * Buckets to delete in the same transaction: results of an earlier job of this id. A bucket of arguments is not
   * deleted: publishing rejects with DuplicateJobError. Only for transactional bucket brokers.
   */
  readonly clears?: readonly Pick<BucketWrite, 'id' | 'into'>[];
}
