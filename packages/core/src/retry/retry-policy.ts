import type { Duration } from '../duration/index.js';

/**
 * How long to wait before a retry.
 *
 * @param retryNumber 1 for the first retry
 * @param error what the actor threw
 */
export type RetryPolicy = (retryNumber: number, error: unknown) => Duration;

/** How an exponential policy grows. All in milliseconds. */
export interface ExponentialRetryOptions {
  /** Before the first retry. @default 10_000 */
  readonly first?: number;
  /** Each wait is so many times the one before. @default 2 */
  readonly factor?: number;
  /** No wait is longer. @default one day */
  readonly longest?: number;
  /** The share of the wait that chance takes off, 0 to 1, so that retries spread. @default 0.25 */
  readonly jitter?: number;
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** Waits that double from ten seconds to a day, each shortened by chance. */
export function exponentialRetry(options: ExponentialRetryOptions = {}): RetryPolicy {
  const { first = 10_000, factor = 2, longest = 86_400_000, jitter = 0.25, random = Math.random } = options;
  return (retryNumber) => {
    const wait = Math.min(longest, first * factor ** (retryNumber - 1));
    return Math.round(wait * (1 - jitter * random()));
  };
}
