import type { Duration } from '../duration/index.js';
import type { Job } from '../job/job.js';

/** How an actor has ended its message by itself. */
export type MessageAction = 'acked' | 'nacked' | 'rejected' | 'retried' | 'rescheduled' | 'replied';

/** A message with a payload in bytes, to be sent. */
export interface OutgoingBytes {
  /** @default for a reply the message's `replyTo`; otherwise it must be given */
  channel?: string;
  payload: Uint8Array;
  headers?: Record<string, string>;
  contentType?: string;
  replyTo?: string;
}

/** A message with a payload that is written as JSON, to be sent. */
export interface OutgoingJson {
  /** @default for a reply the message's `replyTo`; otherwise it must be given */
  channel?: string;
  payload: unknown;
  headers?: Record<string, string>;
  replyTo?: string;
}

/** How to send from inside an actor. */
export interface SendOptions {
  /** Send now, whatever becomes of this message. @default false: committed together with its settlement */
  immediate?: boolean;
}

/**
 * The message that an actor is running on, and what the actor may do with it.
 *
 * `ack`, `nack`, `reject`, `retry`, `forceRetry`, `reschedule` and `reply` settle it at once. The first one wins;
 * later ones do nothing, and the actor's return value is ignored. What is sent, enqueued or set before is part of the settlement.
 * Settling rejects with LostOwnershipError when another worker has taken the message over: then nothing was committed.
 */
export interface MessageDependency {
  /** The job's id; for a bare message the broker's. */
  readonly id: string;
  readonly channel: string;
  readonly topic?: string;
  /** The bytes of the payload; for arguments kept in a bucket, those arguments serialized. */
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly replyTo?: string;
  readonly parameters: RunParameters;
  /** Fires on timeout, cancellation, lost ownership, and at the end of the grace period at shutdown. Its reason is the error. */
  readonly signal: AbortSignal;
  /** True once the message is settled, or being settled. */
  readonly isActedOn: boolean;
  readonly action?: MessageAction;

  /** The result to store in place of the return value; the last call counts. */
  setResult(value: unknown): void;
  /** Stores a failed result, also where the message is acknowledged; the last call counts. */
  setException(error: Error): void;
  /**
   * A function to call after the settlement, in the order they were added; dropped when the actor fails.
   * A job, or a job's `enqueue`, is not called but committed with the settlement.
   */
  addCallback(callback: (() => unknown) | Job): void;

  /** Done. */
  ack(): Promise<void>;
  /** Given up: to the dead letters. */
  nack(error?: Error): Promise<void>;
  /** Back to the channel, unchanged. */
  reject(): Promise<void>;
  /** Once more, later, by the retry policy or after `delay`. Rejects with NoRetriesLeftError when none is left. */
  retry(delay?: Duration): Promise<void>;
  /** Once more, later, also where no retries are left. */
  forceRetry(delay?: Duration): Promise<void>;
  /** A recurring job at its next time; any other again, with its retries as new. */
  reschedule(): Promise<void>;
  /** Publishes the reply and acknowledges, as one act. */
  reply(message: OutgoingBytes): Promise<void>;
  replyJson(message: OutgoingJson): Promise<void>;

  /** Sends a message, committed with the settlement. */
  sendMessage(message: OutgoingBytes & SendOptions): Promise<void>;
  sendMessageJson(message: OutgoingJson & SendOptions): Promise<void>;
  /** Enqueues a job, committed with the settlement. */
  enqueue(job: Job): void;
  /**
   * Enqueues a job, committed with the settlement, and hands this job's result over to it: whoever waits for this job's
   * result waits for that job's.
   *
   * @throws InvalidOptionError where this message stores no result, this job recurs, or that job is enqueued already
   */
  delegate(job: Job): void;
}

/** How the message is run. Times and spans in milliseconds. */
export interface RunParameters {
  readonly result?: { readonly id: string; readonly ttl: number | null };
  readonly retries: { readonly maxAmount: number; readonly alreadyTried: number };
  /** How long this run may take. */
  readonly timeout: number;
  /** When it was enqueued; for a bare message when it was delivered. */
  readonly timestamp: Date;
  readonly ttl: number | null;
}
