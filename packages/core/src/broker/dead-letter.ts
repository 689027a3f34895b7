import type { Duration } from '../duration/index.js';
import type { ErrorDescription } from '../errors/index.js';
import type { Message } from '../message/message.js';

/** Why a message was dead-lettered: its error with causes, limited in size. */
export interface DeadLetterReason extends ErrorDescription {
  /** The error's code, if it has one (`REPID_...`, `ECONNREFUSED`); otherwise its name. */
  readonly code: string;
  /** How often the actor was started, including runs that crashed their worker; 0 if it never was. */
  readonly attempts: number;
  /** When the message was dead-lettered, in milliseconds since the epoch. */
  readonly at: number;
}

/** A message that could not be processed, kept for inspection. */
export interface DeadLetter {
  /** The broker's id of the dead letter, for `replayDeadLetters`. */
  readonly id: string;
  /** The message as it was; for a malformed entry, the parts that could be read. */
  readonly message: Message;
  readonly reason: DeadLetterReason;
}

/**
 * How many dead letters a channel keeps. Beyond either limit, the oldest are deleted with their own arguments buckets.
 */
export interface DeadLetterLimits {
  /** The maximum number per channel. @default 100000 */
  readonly maxCount?: number;
  /** The maximum age, counted from dead-lettering: milliseconds, or text such as `'7d'`. @default '30d' */
  readonly maxAge?: Duration;
}
