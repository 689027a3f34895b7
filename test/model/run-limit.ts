import type * as fc from 'fast-check';

/** The timeout of each model test, in milliseconds. */
export const TIMEOUT = Number(process.env['MODEL_TIMEOUT'] ?? 120_000);

/** Time reserved at the end of a test for printing the failure and cleaning up. */
const RESERVE = 20_000;

/** Stops the search or the shrinking early enough for the test to fail with its seed and path. */
export function withinTimeout(timeout: number = TIMEOUT): Pick<fc.Parameters, StopOption> {
  return { interruptAfterTimeLimit: Math.max(timeout - RESERVE, timeout / 2), markInterruptAsFailure: true };
}

type StopOption = 'interruptAfterTimeLimit' | 'markInterruptAsFailure';
