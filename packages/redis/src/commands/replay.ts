import type { JobLocation, ReplayOptions, ReplayOutcome, ReplayReport, ReplayedLetter } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { callOn } from './call.js';
import { scripts } from './scripts.generated.js';

const DEFAULT_LIMIT = 1000;
const ALL = -1;
const FIRST_LETTER = '0-0';

/** What became of a letter. The last three are about the job that has its id. */
type LetterAnswer = readonly [
  id: string,
  outcome: ReplayOutcome,
  jobId: string,
  location?: JobLocation,
  ownerId?: string,
  ownerChannel?: string,
];

type ReplayAnswer = readonly [letters: readonly LetterAnswer[], problem: string];

/**
 * Puts dead letters back into their streams, some in each call.
 * @throws BrokerRefusedError where Redis refuses to put one back; those before it are back
 */
export async function replayDeadLetters(
  connection: Connection,
  keys: Keys,
  channel: string,
  { ids, limit = DEFAULT_LIMIT, withDependents = false }: ReplayOptions,
): Promise<ReplayReport> {
  const letters: ReplayedLetter[] = [];
  let replayed = 0;
  let after = FIRST_LETTER;
  while (replayed < limit) {
    const some = ids?.slice(letters.length, letters.length + LIMITS.administrationStep);
    if (some?.length === 0) break;
    const step = callOn(channel, scripts.replay, keys).add(withDependents ? '1' : '', limit - replayed, after);
    const [answers, problem] = await connection.run<ReplayAnswer>(step.add(some?.length ?? ALL, ...(some ?? [])));
    if (problem !== '') throw connection.refused(problem);
    if (answers.length === 0) break;
    letters.push(...answers.map(letterOf));
    replayed += answers.filter(([, outcome]) => outcome === 'replayed').length;
    after = answers.at(-1)![0];
  }
  return { replayed, letters };
}

function letterOf([id, outcome, jobId, location, ownerId, ownerChannel]: LetterAnswer): ReplayedLetter {
  const letter = { id, outcome, ...(jobId !== '' && { jobId }) };
  if (location === undefined || ownerId === undefined || ownerChannel === undefined) return letter;
  return { ...letter, place: { channel: ownerChannel, jobId: ownerId, location } };
}
