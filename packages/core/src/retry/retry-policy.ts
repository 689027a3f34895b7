import * as v from 'valibot';
import type { Duration } from '../duration/index.js';
import { option, parseOptions } from '../options/index.js';

/**
 * Returns the delay before a retry.
 *
 * @param retryNumber 1 for the first retry
 * @param error the actor's error
 */
export type RetryPolicy = (retryNumber: number, error: unknown) => Duration;

/** Options of an exponential retry policy. */
export interface ExponentialRetryOptions {
  /** The delay before the first retry. @default '10s' */
  readonly first?: Duration;
  /** The factor by which each delay grows, 1 to 1,000. @default 2 */
  readonly factor?: number;
  /** The maximum delay. @default '1d' */
  readonly longest?: Duration;
  /** The maximum share of the delay that is subtracted at random, 0 to 1, so that retries spread. @default 0.25 */
  readonly jitter?: number;
  /** Returns a number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

const schema = v.strictObject({
  first: v.optional(option.duration, 10_000),
  factor: v.optional(option.numberWithin(1, 1_000), 2),
  longest: v.optional(option.duration, 86_400_000),
  jitter: v.optional(option.numberWithin(0, 1), 0.25),
  random: v.optional(option.callable<() => number>(), () => Math.random),
});

/** Delays that double from ten seconds up to a day, each shortened at random. @throws InvalidOptionError */
export function exponentialRetry(options: ExponentialRetryOptions = {}): RetryPolicy {
  const { first, factor, longest, jitter, random } = parseOptions(schema, options, 'exponentialRetry()');
  return (retryNumber) => {
    const growth = Math.min(Number.MAX_VALUE, factor ** (retryNumber - 1)); // Not Infinity: Infinity times 0 is NaN.
    return Math.round(Math.min(longest, first * growth) * (1 - jitter * random()));
  };
}
