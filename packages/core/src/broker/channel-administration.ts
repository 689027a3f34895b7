import type { Message } from '../message/message.js';
import type { DeadLetter } from './dead-letter.js';
import type { JobPlace } from './inspection.js';

/** How many messages a channel holds, by where they are. */
export interface ChannelStats {
  /** Due and not taken. */
  readonly queued: number;
  readonly delayed: number;
  /** Parked until the buckets that they wait for are there. */
  readonly waiting: number;
  /** Delivered and not settled. */
  readonly running: number;
  readonly deadLetters: number;
  readonly paused: boolean;
  /** Consumers that take from it now, in all processes. */
  readonly consumers: number;
}

/** Which dead letters to put back. */
export interface ReplayOptions {
  /** Only these; default all, oldest first. */
  readonly ids?: readonly string[];
  /** At most this many. @default 1000 */
  readonly limit?: number;
  /**
   * Bring back, too, what was skipped because of them, to the end of the graph: it waits again. What was skipped is kept
   * for this as long as its result says so. A letter whose failed result has yet to be read, by a fallback that waited
   * for it, stays. @default false
   */
  readonly withDependents?: boolean;
}

/** What became of a dead letter that was to be replayed. */
export type ReplayOutcome =
  /** It is back on its channel. */
  | 'replayed'
  /** It stays: a job with its id is there. */
  | 'job-exists'
  /** It stays: its failed result, or that of a job skipped because of it, has yet to be read by a job that waited for it. Only with `withDependents`. */
  | 'result-in-use'
  /** There is no dead letter with this id. */
  | 'not-found'
  /** It stays: it is not a message. */
  | 'malformed';

/** One dead letter of a replay. */
export interface ReplayedLetter {
  /** The broker's id of the dead letter. */
  readonly id: string;
  readonly outcome: ReplayOutcome;
  /** The id of its job, where it has one. */
  readonly jobId?: string;
  /** Where the job is that has this id, for `job-exists`. */
  readonly place?: JobPlace;
}

/** What a replay did. */
export interface ReplayReport {
  /** How many dead letters are back on their channel. */
  readonly replayed: number;
  /** Every dead letter that was looked at, in order. */
  readonly letters: readonly ReplayedLetter[];
}

/** Looking after channels. Each call needs the capability `administration`; the two about dead letters, `deadLetters`. */
export interface ChannelAdministration {
  /** Makes the channel where it is not there. */
  declare(channel: string): Promise<void>;
  stats(channel: string): Promise<ChannelStats>;
  /** The next messages that would be delivered, without taking them. */
  peek(channel: string, limit: number): Promise<readonly Message[]>;
  /**
   * Every consumer stops taking from it until it is resumed; what runs goes on. Survives restarts. When it resolves, no worker
   * of any process begins another job of it.
   *
   * Rejects with TimeoutError, naming them, where consumers that are alive do not confirm it in time: the channel is paused
   * all the same.
   */
  pause(channel: string): Promise<void>;
  resume(channel: string): Promise<void>;
  /**
   * Ends what is queued or delayed when it is called; returns how many. Their results say that they were cancelled, and whoever
   * waits for them is released or skipped. What waits for buckets, what runs, and dead letters stay. In bounded steps: what fails
   * midway has ended some, and may be called again.
   */
  purge(channel: string): Promise<number>;
  /**
   * Removes the channel with everything in it, dead letters too. What waits, is delayed, queued or running ends as by `cancel`.
   * In bounded steps.
   */
  delete(channel: string): Promise<void>;
  /** The oldest dead letters first. */
  deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]>;
  /** Puts dead letters back on their channel, headers as they lie; returns what became of each. */
  replayDeadLetters(channel: string, options?: ReplayOptions): Promise<ReplayReport>;
  /** Removes dead letters with their own arguments buckets; returns how many were there. */
  deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number>;
}
