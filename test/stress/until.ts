import { setTimeout as sleep } from 'node:timers/promises';

/** How to poll a condition. Times are in milliseconds. */
export interface UntilOptions {
  /** Describes the condition in the error. */
  readonly description: string;
  readonly timeout: number;
  /** @default 20 */
  readonly interval?: number;
}

/** Polls until the condition is true. Rejects on a timeout. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { description, timeout, interval = 20 }: UntilOptions,
): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Timed out after ${timeout} ms waiting until ${description}.`);
    await sleep(interval);
  }
}
