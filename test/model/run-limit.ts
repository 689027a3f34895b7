import type * as fc from 'fast-check';

/** How long one of these tests may take, in milliseconds. */
export const TIMEOUT = Number(process.env['MODEL_TIMEOUT'] ?? 120_000);

/** Kept free at the end of a test: to print what was found, and to clean up. */
const RESERVE = 20_000;

/** Stops the search, or the shrinking of what was found, in time for the test to fail with the seed and the path of it. */
export function withinTimeout(timeout: number = TIMEOUT): Pick<fc.Parameters, StopOption> {
  return { interruptAfterTimeLimit: Math.max(timeout - RESERVE, timeout / 2), markInterruptAsFailure: true };
}

type StopOption = 'interruptAfterTimeLimit' | 'markInterruptAsFailure';
