import type { Duration } from '../duration/index.js';
import type { JobHandle } from '../job/job-handle.js';

/** How an actor settled its message itself. */
export type MessageAction = 'acked' | 'nacked' | 'rejected' | 'retried' | 'rescheduled' | 'replied';

/** A message to send, with a payload in bytes. */
export interface OutgoingBytes {
  /** Required, except in a reply. @default for a reply, the message's `replyTo` */
  channel?: string;
  payload: Uint8Array;
  headers?: Record<string, string>;
  contentType?: string;
  replyTo?: string;
}

/** A message to send, with a payload that is written as JSON. */
export interface OutgoingJson {
  /** Required, except in a reply. @default for a reply, the message's `replyTo` */
  channel?: string;
  payload: unknown;
  headers?: Record<string, string>;
  replyTo?: string;
}

/** How to send from within an actor. */
export interface SendOptions {
  /** Send now, whatever happens to the current message. @default false: sent when the settlement is committed */
  immediate?: boolean;
}

/**
 * The message that an actor runs on, and the actor's operations on it.
 *
 * `ack`, `nack`, `reject`, `retry`, `forceRetry`, `reschedule` and `reply` settle the message immediately. The first
 * one wins; later ones do nothing, and the actor's return value is ignored. Everything sent, enqueued or set before is
 * part of the settlement. Settling rejects with LostOwnershipError if another worker has taken over the message;
 * nothing is committed then.
 */
export interface MessageDependency {
  /** The job's id; for a bare message, the broker's id. */
  readonly id: string;
  readonly channel: string;
  readonly topic?: string;
  /** The payload's bytes. For arguments kept in a bucket: those arguments, serialized. */
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly replyTo?: string;
  readonly parameters: RunParameters;
  /**
   * Aborts on timeout, cancellation, lost ownership, and at the end of the shutdown grace period. Its reason is the
   * error.
   */
  readonly signal: AbortSignal;
  /** True once the message is settled or is being settled. */
  readonly isActedOn: boolean;
  readonly action?: MessageAction;

  /** Sets the result to store instead of the return value. The last call wins. */
  setResult(value: unknown): void;
  /** Stores a failed result, even if the message is acknowledged. The last call wins. */
  setException(error: Error): void;
  /**
   * Adds a function to call after the settlement. Callbacks run in the order of the calls, and not at all if the actor
   * fails. A job, or a job's `enqueue`, is committed with the settlement instead of being called.
   */
  addCallback(callback: (() => unknown) | JobHandle): void;

  /** Acknowledges the message: it is done. */
  ack(): Promise<void>;
  /** Dead-letters the message. */
  nack(error?: Error): Promise<void>;
  /** Returns the message unchanged to its channel. */
  reject(): Promise<void>;
  /**
   * Retries later, after `delay` or as the retry policy says. Rejects with NoRetriesLeftError if no retries are left.
   */
  retry(delay?: Duration): Promise<void>;
  /** Retries later, even if no retries are left. */
  forceRetry(delay?: Duration): Promise<void>;
  /** Runs a recurring job at its next time; any other job again, with its retries reset. */
  reschedule(): Promise<void>;
  /** Publishes the reply and acknowledges, atomically. */
  reply(message: OutgoingBytes): Promise<void>;
  replyJson(message: OutgoingJson): Promise<void>;

  /** Sends a message when the settlement is committed. */
  sendMessage(message: OutgoingBytes & SendOptions): Promise<void>;
  sendMessageJson(message: OutgoingJson & SendOptions): Promise<void>;
  /** Enqueues a job when the settlement is committed. */
  enqueue(job: JobHandle): void;
  /**
   * Enqueues a job when the settlement is committed, and has it store this job's result: callers that wait for this
   * job's result get that job's result.
   *
   * @throws InvalidOptionError if this message stores no result, this job recurs, or that job is already enqueued
   */
  delegate(job: JobHandle): void;
}

/** How the message is run. Times and durations in milliseconds. */
export interface RunParameters {
  readonly result?: { readonly id: string; readonly ttl: number | null };
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
  /** The time limit of this run. */
  readonly timeout: number;
  /** When the job was enqueued; for a bare message, when it was delivered. */
  readonly timestamp: Date;
  readonly ttl: number | null;
}
