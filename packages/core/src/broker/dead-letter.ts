import type { Duration } from '../duration/index.js';
import type { ErrorDescription } from '../errors/index.js';
import type { Message } from '../message/message.js';

/** Why a message went to the dead letters: its error with causes, bounded in size. */
export interface DeadLetterReason extends ErrorDescription {
  /** The code of the error where it has one (`REPID_...`, `ECONNREFUSED`), otherwise its name. */
  readonly code: string;
  /** How often its actor was begun, runs that their worker did not survive included; 0 where it never was. */
  readonly attempts: number;
  /** When it was given up, in milliseconds since the epoch. */
  readonly at: number;
}

/** A message that was given up, kept for a person to look at. */
export interface DeadLetter {
  /** The broker's id of the dead letter; give it to `replayDeadLetters`. */
  readonly id: string;
  /** As it was; for a malformed entry, what could be read of it. */
  readonly message: Message;
  readonly reason: DeadLetterReason;
}

/** How many dead letters a channel keeps. Beyond either limit the oldest go, with their own arguments buckets. */
export interface DeadLetterLimits {
  /** At most so many on each channel. @default 100000 */
  readonly maxCount?: number;
  /** At most so long, counted from when they were given up: milliseconds, or text such as `'7d'`. @default '30d' */
  readonly maxAge?: Duration;
}
