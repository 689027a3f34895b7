import type { Message } from '../message/message.js';
import type { DeadLetter } from './dead-letter.js';

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

/** Looking after channels. Each call needs the capability `administration`; the two about dead letters, `deadLetters`. */
export interface ChannelAdministration {
  /** Makes the channel where it is not there. */
  declare(channel: string): Promise<void>;
  stats(channel: string): Promise<ChannelStats>;
  /** The next messages that would be delivered, without taking them. */
  peek(channel: string, limit: number): Promise<readonly Message[]>;
  /** Every consumer stops taking from it until it is resumed; deliveries in hand go on. Survives restarts. */
  pause(channel: string): Promise<void>;
  resume(channel: string): Promise<void>;
  /** Removes what is queued or delayed; answers how many. Deliveries in hand and dead letters stay. */
  purge(channel: string): Promise<number>;
  /** Removes the channel with everything in it, dead letters too. Deliveries in hand are lost to their owners. */
  delete(channel: string): Promise<void>;
  /** The oldest dead letters first. */
  deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]>;
  /** Puts dead letters back on their channel, headers as they lie; answers how many. One whose job id is taken stays. */
  replayDeadLetters(channel: string, options?: ReplayOptions): Promise<number>;
}
