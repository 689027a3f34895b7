import * as v from 'valibot';
import type { DeadLetterLimits } from '../broker/index.js';
import { AdjustableClock, type Clock } from '../clock/index.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions } from '../options/index.js';

/** How an in-memory message broker works. */
export interface InMemoryMessageBrokerOptions {
  /** Delays and ownership run by this clock. @default a new AdjustableClock */
  readonly clock?: Clock;
  /** How long a delivery is owned without being extended: milliseconds, or text such as `'30s'`. @default '30s' */
  readonly ownershipTime?: Duration;
  /**
   * How many workers a message may lose. One that has lost all but the last is delivered alone, to see whether it is to blame;
   * where it is, it goes to the dead letters. @default 5
   */
  readonly maxDeliveries?: number;
  /** How many dead letters each channel keeps, and for how long. @default { maxCount: 100000, maxAge: '30d' } */
  readonly deadLetters?: DeadLetterLimits;
}

/** How an in-memory bucket broker works. */
export interface InMemoryBucketBrokerOptions {
  /** Times to live run by this clock. @default a new AdjustableClock */
  readonly clock?: Clock;
}

const clock = v.optional(option.having<Clock>('a clock', 'now', 'schedule'), () => new AdjustableClock());

const messageBrokerSchema = v.strictObject({
  clock,
  ownershipTime: v.optional(option.positiveDuration, '30s'),
  maxDeliveries: v.optional(option.wholeNumber(1), 5),
  deadLetters: option.deadLetterLimits,
});

const bucketBrokerSchema = v.strictObject({ clock });

/** The options of a message broker, complete; spans in milliseconds. */
export type MessageBrokerSettings = v.InferOutput<typeof messageBrokerSchema>;

/** @throws InvalidOptionError when an option is unknown or wrong */
export function resolveMessageBrokerOptions(options: InMemoryMessageBrokerOptions): MessageBrokerSettings {
  return parseOptions(messageBrokerSchema, options, 'InMemoryMessageBroker');
}

/** @throws InvalidOptionError when an option is unknown or wrong */
export function resolveBucketBrokerOptions(options: InMemoryBucketBrokerOptions): { clock: Clock } {
  return parseOptions(bucketBrokerSchema, options, 'InMemoryBucketBroker');
}
