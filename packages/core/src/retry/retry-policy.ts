import * as v from 'valibot';
import type { Duration } from '../duration/index.js';
import { option, parseOptions } from '../options/index.js';

/**
 * How long to wait before a retry.
 *
 * @param retryNumber 1 for the first retry
 * @param error what the actor threw
 */
export type RetryPolicy = (retryNumber: number, error: unknown) => Duration;

/** How an exponential policy grows. */
export interface ExponentialRetryOptions {
  /** Before the first retry. @default '10s' */
  readonly first?: Duration;
  /** Each wait is so many times the one before, 1 to 1,000. @default 2 */
  readonly factor?: number;
  /** No wait is longer. @default '1d' */
  readonly longest?: Duration;
  /** The share of the wait that chance takes off, 0 to 1, so that retries spread. @default 0.25 */
  readonly jitter?: number;
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

const schema = v.strictObject({
  first: v.optional(option.duration, 10_000),
  factor: v.optional(option.numberWithin(1, 1_000), 2),
  longest: v.optional(option.duration, 86_400_000),
  jitter: v.optional(option.numberWithin(0, 1), 0.25),
  random: v.optional(option.callable<() => number>(), () => Math.random),
});

/** Waits that double from ten seconds to a day, each shortened by chance. @throws InvalidOptionError */
export function exponentialRetry(options: ExponentialRetryOptions = {}): RetryPolicy {
  const { first, factor, longest, jitter, random } = parseOptions(schema, options, 'exponentialRetry()');
  return (retryNumber) => {
    const growth = Math.min(Number.MAX_VALUE, factor ** (retryNumber - 1)); // Not Infinity, of which nothing is NaN.
    return Math.round(Math.min(longest, first * growth) * (1 - jitter * random()));
  };
}
