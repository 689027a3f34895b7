import { setTimeout as sleep } from 'node:timers/promises';

/** How a condition is waited for; spans in milliseconds. */
export interface UntilOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly limit: number;
  /** @default 20 */
  readonly every?: number;
}

/** Asks until the answer is yes. Rejects where that takes longer than the limit. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { what, limit, every = 20 }: UntilOptions,
): Promise<void> {
  const end = performance.now() + limit;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited ${limit} ms for this, in vain: ${what}.`);
    await sleep(every);
  }
}
