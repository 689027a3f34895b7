import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** How often it is looked, in milliseconds. */
const LOOK_EVERY = 1;

/** Resolves when it is so, or after `longest` milliseconds. */
export async function until(isSo: () => boolean, longest: number): Promise<void> {
  const start = performance.now();
  while (!isSo() && performance.now() - start < longest) await sleep(LOOK_EVERY);
}

/** The same by the microsecond. It keeps the process busy, so it is for what takes some milliseconds only. */
export async function untilSharp(isSo: () => boolean, longest: number): Promise<void> {
  const start = performance.now();
  while (!isSo() && performance.now() - start < longest) await turn();
}
