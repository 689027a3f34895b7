import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a scenario waits for anything before it fails, in milliseconds of real time. */
export const TIMEOUT = 8_000;

const POLL_INTERVAL = 5;

/** What the promise gives; fails with what was waited for when it takes longer than the suite's patience. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const cancellation = new AbortController();
  const tooLong = sleep(TIMEOUT, undefined, { signal: cancellation.signal }).then(() =>
    assert.fail(`Waited ${TIMEOUT} ms for ${what}.`),
  );
  tooLong.catch(() => undefined);
  return Promise.race([promise, tooLong]).finally(() => cancellation.abort());
}

/** Looks again and again until the condition holds; fails with what was waited for when it takes too long. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `Waited ${TIMEOUT} ms for ${what}.`);
    await sleep(POLL_INTERVAL);
  }
}
