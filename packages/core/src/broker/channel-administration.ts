import type { Message } from '../message/message.js';
import type { DeadLetter } from './dead-letter.js';
import type { JobPlace } from './inspection.js';

/** The number of messages of a channel in each state. */
export interface ChannelStats {
  /** Due, and not delivered. */
  readonly queued: number;
  readonly delayed: number;
  /** Blocked until the buckets that they wait for are stored. */
  readonly waiting: number;
  /** Delivered, and not settled. */
  readonly running: number;
  readonly deadLetters: number;
  readonly paused: boolean;
  /** Consumers that take from the channel now, in all processes. */
  readonly consumers: number;
}

/** Which dead letters to replay. */
export interface ReplayOptions {
  /** Only these ids. @default all, oldest first */
  readonly ids?: readonly string[];
  /** The maximum number. @default 1000 */
  readonly limit?: number;
  /**
   * Also block the messages again that were skipped because of these dead letters, directly or through others. A
   * skipped message is kept for this as long as its result. A dead letter whose failed result a released job has yet to
   * read is not replayed.
   * @default false
   */
  readonly withDependents?: boolean;
}

/** The outcome of replaying one dead letter. */
export type ReplayOutcome =
  /** It is back in its channel. */
  | 'replayed'
  /** Not replayed: the broker holds a job with its id. */
  | 'job-exists'
  /** Not replayed: a released job has yet to read its failed result, or the result of a job skipped because of it. Only with `withDependents`. */
  | 'result-in-use'
  /** No dead letter has this id. */
  | 'not-found'
  /** Not replayed: the entry is not a message. */
  | 'malformed';

/** One dead letter of a replay. */
export interface ReplayedLetter {
  /** The broker's id of the dead letter. */
  readonly id: string;
  readonly outcome: ReplayOutcome;
  /** The id of its job, if it has one. */
  readonly jobId?: string;
  /** For `job-exists`: the job that has this id. */
  readonly place?: JobPlace;
}

/** The outcome of a replay. */
export interface ReplayReport {
  /** How many dead letters were replayed. */
  readonly replayed: number;
  /** Every dead letter that was examined, in order. */
  readonly letters: readonly ReplayedLetter[];
}

/**
 * Administration of channels. Each call needs the capability `administration`; those about dead letters need
 * `deadLetters`.
 */
export interface ChannelAdministration {
  /** Creates the channel if it does not exist. */
  declare(channel: string): Promise<void>;
  stats(channel: string): Promise<ChannelStats>;
  /** The messages that would be delivered next, without delivering them. */
  peek(channel: string, limit: number): Promise<readonly Message[]>;
  /**
   * Stops all consumers from taking more messages until the channel is resumed. Running messages continue. The pause
   * survives restarts. When the promise resolves, no worker of any process starts another job of the channel.
   *
   * Rejects with TimeoutError, naming the consumers, if live consumers do not confirm in time. The channel is paused
   * even then.
   */
  pause(channel: string): Promise<void>;
  resume(channel: string): Promise<void>;
  /**
   * Cancels the messages that are queued or delayed when it is called; returns how many. Their results say so, and jobs
   * that wait for those results are released or skipped. Blocked and running messages and dead letters stay. Runs in
   * bounded steps: after a failure some are cancelled, and the call may be repeated.
   */
  purge(channel: string): Promise<number>;
  /**
   * Removes the channel with everything in it, including dead letters. Blocked, delayed, queued and running messages
   * end as with `cancel`. Runs in bounded steps.
   */
  delete(channel: string): Promise<void>;
  /** The dead letters, oldest first. */
  deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]>;
  /** Puts dead letters back in their channel with the headers they have; returns the outcome of each. */
  replayDeadLetters(channel: string, options?: ReplayOptions): Promise<ReplayReport>;
  /** Deletes dead letters and their own arguments buckets; returns how many were deleted. */
  deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number>;
}
