import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a scenario waits for anything before it fails, in milliseconds of real time. */
export const TIMEOUT = 8_000;

const POLL_INTERVAL = 5;

/** The promise's value; fails after the timeout, naming what was awaited. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const cancellation = new AbortController();
  const tooLong = sleep(TIMEOUT, undefined, { signal: cancellation.signal }).then(() =>
    assert.fail(`Waited ${TIMEOUT} ms for ${what}.`),
  );
  tooLong.catch(() => undefined);
  return Promise.race([promise, tooLong]).finally(() => cancellation.abort());
}

/** Polls until the condition is true; fails after the timeout, naming what was awaited. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `Waited ${TIMEOUT} ms for ${what}.`);
    await sleep(POLL_INTERVAL);
  }
}
