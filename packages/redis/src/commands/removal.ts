import { deletedException, purgedException } from '@repid/core';
import { LETTER } from '../keys.js';
import { scripts } from './scripts.generated.js';
import type { Target } from './target.js';

/** How many were ended, where to go on or '' at the end, what went wrong or ''. */
type StepReply = readonly [ended: number, next: number | string, failure: string];

/** The `parts` of lua/commands/remove.lua that a purge ends, and those that end before a channel is deleted. In this order. */
const PURGED = ['delayed', LETTER.high, LETTER.medium, LETTER.low];
const DELETED = ['waiting', ...PURGED, 'letters'];

/** How often a channel is emptied again, for messages that have come meanwhile, before deleting it is given up. */
const MOST_ROUNDS = 100;

/**
 * Ends queued and delayed messages. Jobs that the purge itself releases come later, and stay. Returns how many were ended.
 * @param storesResults true if the results of jobs are stored with their messages
 * @throws BrokerRefusedError if some could not be ended; all others are
 */
export async function purgeChannel(target: Target, storesResults: boolean): Promise<number> {
  const bounds = await target.connection.run<string[]>(target.call(scripts.remove, 'bounds', '', '', ''));
  return endParts(target, PURGED, storesResults ? purgedException(target.channel) : '', bounds);
}

/**
 * Ends everything on the channel, and removes it.
 * @param storesResults true if the results of jobs are stored with their messages
 * @throws BrokerRefusedError if some could not be ended; all others are, and the channel still exists
 */
export async function deleteChannel(target: Target, storesResults: boolean): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await endParts(target, DELETED, storesResults ? deletedException(target.channel) : '');
    if ((await endParts(target, ['channel'])) === 1) return;
  }
  throw target.connection.refused(`channel "${target.channel}" is filled faster than it is emptied`);
}

/**
 * Repeats the steps that end parts of a channel. Each goes on where the one before has ended. Returns how many were ended.
 * @param exception what the results of ended jobs say; '' to store none
 * @param bounds by part: the stamp or entry after which nothing is ended. Without it everything is
 */
async function endParts(target: Target, parts: readonly string[], exception = '', bounds: readonly string[] = []) {
  let [ended, failure] = [0, ''];
  for (const [n, part] of parts.entries()) {
    let position: number | string = '';
    do {
      const step = target.call(scripts.remove, part, exception, bounds[n] ?? '', position);
      const [count, next, problem]: StepReply = await target.connection.run(step);
      ended += count;
      position = next;
      failure ||= problem;
    } while (position !== '');
  }
  if (failure !== '') throw target.connection.refused(failure);
  return ended;
}
