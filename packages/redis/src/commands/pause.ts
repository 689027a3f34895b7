import { setTimeout as sleep } from 'node:timers/promises';
import { TimeoutError } from '@repid/core';
import { scripts } from './scripts.generated.js';
import type { Target } from './target.js';

/** How long to wait before consumers are looked at again, at first and at most, in milliseconds. */
const [SHORTEST_INTERVAL, LONGEST_INTERVAL] = [2, 100];

/** How many consumers an error names. */
const MOST_NAMED = 5;

/** Pauses a channel, and returns the name of the pause. */
export function pause(target: Target): Promise<string> {
  return target.connection.runAgain(target.call(scripts.pause, '1'));
}

export async function resume(target: Target): Promise<void> {
  await target.connection.runAgain(target.call(scripts.pause, ''));
}

/**
 * Resolves when every consumer of the channel that is alive has confirmed the pause. Consumers are notified, and also poll. A dead
 * consumer counts as alive for a few seconds.
 *
 * @throws TimeoutError that names the consumers that have not confirmed it within the connection's timeout
 */
export async function awaitConfirmations(target: Target, pauseName: string): Promise<void> {
  const { connection, channel } = target;
  const deadline = performance.now() + connection.timeout;
  for (let interval = SHORTEST_INTERVAL; ; interval = Math.min(2 * interval, LONGEST_INTERVAL)) {
    const missing = await connection.runAgain<string[]>(target.call(scripts.unconfirmed, pauseName));
    if (missing.length === 0) return;
    if (performance.now() >= deadline) throw unconfirmed(channel, missing, connection.timeout);
    await sleep(interval);
  }
}

function unconfirmed(channel: string, consumers: readonly string[], timeout: number): TimeoutError {
  const named = consumers.slice(0, MOST_NAMED).map((name) => `"${name}"`);
  const more = consumers.length > named.length ? ` and ${consumers.length - named.length} more` : '';
  return new TimeoutError(
    `Channel "${channel}" is paused, but ${consumers.length} of its consumers did not confirm it within ${Math.round(timeout)} ms and ` +
      `may begin more of its jobs: ${named.join(', ')}${more}. See whether these connections reach Redis (CLIENT LIST has their names), ` +
      'then call pause() again.',
  );
}
