import { setTimeout as sleep } from 'node:timers/promises';
import { TimeoutError } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { CallMaker } from './redis-channels.js';

/** How long to wait before one looks again, at first and at most, in milliseconds. */
const [SHORTEST_REST, LONGEST_REST] = [2, 100];

/** How many consumers an error names. */
const MOST_NAMED = 5;

/**
 * Resolves when every consumer of the channel that is alive has confirmed the pause. They hear of it at once, or learn of it when they
 * look; one that is dead is not waited for any longer than it counts as alive.
 *
 * @throws TimeoutError that names those that have not confirmed it within the connection's patience
 */
export async function awaitConfirmations(
  connection: Connection,
  call: CallMaker,
  channel: string,
  pause: string,
): Promise<void> {
  const deadline = performance.now() + connection.patience;
  for (let rest = SHORTEST_REST; ; rest = Math.min(2 * rest, LONGEST_REST)) {
    const missing = await connection.runAgain<string[]>(call('administration.unconfirmed').add(pause));
    if (missing.length === 0) return;
    if (performance.now() >= deadline) throw unconfirmed(channel, missing, connection.patience);
    await sleep(rest);
  }
}

function unconfirmed(channel: string, consumers: readonly string[], patience: number): TimeoutError {
  const named = consumers.slice(0, MOST_NAMED).map((name) => `"${name}"`);
  const more = consumers.length > named.length ? ` and ${consumers.length - named.length} more` : '';
  return new TimeoutError(
    `Channel "${channel}" is paused, but ${consumers.length} of its consumers did not confirm it within ${Math.round(patience)} ms and ` +
      `may begin more of its jobs: ${named.join(', ')}${more}. See whether these connections reach Redis (CLIENT LIST has their names), ` +
      'then call pause() again.',
  );
}
