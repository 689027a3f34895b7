import type { JobLocation, ReplayOptions, ReplayOutcome, ReplayReport, ReplayedLetter } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import { LIMITS } from '../options/defaults.js';
import type { CallMaker } from './redis-channels.js';

const DEFAULT_LIMIT = 1000;
const ALL = -1;
const FIRST_LETTER = '0-0';

/** What the operation `replay` says of a letter; the last three of the job that is in its way. */
type ToldLetter = readonly [
  id: string,
  outcome: ReplayOutcome,
  jobId: string,
  location?: JobLocation,
  ownerId?: string,
  ownerChannel?: string,
];

/** What it returns: letters, and what kept it from more or nothing. */
type Answer = readonly [told: readonly ToldLetter[], problem: string];

/**
 * Puts dead letters back, some in each call.
 * @throws BrokerRefusedError where what lies at a key is in the way; those before are back all the same
 */
export async function replayLetters(
  connection: Connection,
  call: CallMaker,
  { ids, limit = DEFAULT_LIMIT, withDependents = false }: ReplayOptions,
): Promise<ReplayReport> {
  const letters: ReplayedLetter[] = [];
  let replayed = 0;
  let after = FIRST_LETTER;
  while (replayed < limit) {
    const some = ids?.slice(letters.length, letters.length + LIMITS.administrationStep);
    if (some?.length === 0) break;
    const step = call('replay.replay').add(withDependents ? '1' : '', limit - replayed, after);
    const [told, problem] = await connection.run<Answer>(step.add(some?.length ?? ALL, ...(some ?? [])));
    if (problem !== '') throw connection.refused(problem);
    if (told.length === 0) break;
    letters.push(...told.map(letterOf));
    replayed += told.filter(([, outcome]) => outcome === 'replayed').length;
    after = told.at(-1)![0];
  }
  return { replayed, letters };
}

function letterOf([id, outcome, jobId, location, ownerId, ownerChannel]: ToldLetter): ReplayedLetter {
  const letter = { id, outcome, ...(jobId !== '' && { jobId }) };
  if (location === undefined || ownerId === undefined || ownerChannel === undefined) return letter;
  return { ...letter, place: { channel: ownerChannel, jobId: ownerId, location } };
}
