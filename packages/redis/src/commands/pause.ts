import { setTimeout as sleep } from 'node:timers/promises';
import { TimeoutError } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';
import { callOn } from './call.js';
import { scripts } from './scripts.generated.js';

/** How long to wait before consumers are looked at again, at first and at most, in milliseconds. */
const [SHORTEST_INTERVAL, LONGEST_INTERVAL] = [2, 100];

/** How many consumers an error names. */
const MOST_NAMED = 5;

/** Pauses a channel, and returns the name of the pause. */
export function pause(connection: Connection, keys: Keys, channel: string): Promise<string> {
  return connection.runAgain<string>(callOn(channel, scripts.pause, keys));
}

export async function resume(connection: Connection, keys: Keys, channel: string): Promise<void> {
  await connection.runAgain(callOn(channel, scripts.resume, keys));
}

/**
 * Resolves when every consumer of the channel that is alive has confirmed the pause. Consumers are notified, and also poll. A dead
 * consumer counts as alive for a few seconds.
 *
 * @throws TimeoutError that names the consumers that have not confirmed it within the connection's timeout
 */
export async function awaitConfirmations(
  connection: Connection,
  keys: Keys,
  channel: string,
  pauseName: string,
): Promise<void> {
  const deadline = performance.now() + connection.timeout;
  for (let interval = SHORTEST_INTERVAL; ; interval = Math.min(2 * interval, LONGEST_INTERVAL)) {
    const missing = await connection.runAgain<string[]>(callOn(channel, scripts.unconfirmed, keys).add(pauseName));
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
