import * as v from 'valibot';
import type { DeadLetterLimits } from '../broker/index.js';
import { AdjustableClock, type Clock } from '../clock/index.js';
import type { Duration } from '../duration/index.js';
import { option, parseOptions } from '../options/index.js';

/** Options of an in-memory message broker. */
export interface InMemoryMessageBrokerOptions {
  /** The clock for delays and ownership. @default a new AdjustableClock */
  readonly clock?: Clock;
  /** How long a consumer owns a delivery that it does not extend: milliseconds, or text such as `'30s'`. @default '30s' */
  readonly ownershipTime?: Duration;
  /**
   * How often a message may be delivered without being settled. For the last two deliveries it counts as a suspect and is delivered
   * alone; if both workers are lost, it is dead-lettered. With less than 3, it is delivered 3 times. @default 5
   */
  readonly maxDeliveries?: number;
  /** How many dead letters each channel keeps, and for how long. @default { maxCount: 100000, maxAge: '30d' } */
  readonly deadLetters?: DeadLetterLimits;
}

/** Options of an in-memory bucket broker. */
export interface InMemoryBucketBrokerOptions {
  /** The clock for times to live. @default a new AdjustableClock */
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

/** The options of a message broker with all defaults filled in; durations in milliseconds. */
export type MessageBrokerSettings = v.InferOutput<typeof messageBrokerSchema>;

/** @throws InvalidOptionError for an unknown option or an invalid value */
export function resolveMessageBrokerOptions(options: InMemoryMessageBrokerOptions): MessageBrokerSettings {
  return parseOptions(messageBrokerSchema, options, 'InMemoryMessageBroker');
}

/** @throws InvalidOptionError for an unknown option or an invalid value */
export function resolveBucketBrokerOptions(options: InMemoryBucketBrokerOptions): { clock: Clock } {
  return parseOptions(bucketBrokerSchema, options, 'InMemoryBucketBroker');
}
