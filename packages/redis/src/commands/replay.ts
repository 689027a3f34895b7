import type { JobLocation, ReplayOptions, ReplayOutcome, ReplayReport, ReplayedLetter } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import { scripts } from './scripts.generated.js';
import type { Target } from './target.js';

const DEFAULT_LIMIT = 1000;
const ALL = -1;
const FIRST_LETTER = '0-0';

/** The outcome for a letter. The last three are about the job that has its id. */
type LetterReply = readonly [
  id: string,
  outcome: ReplayOutcome,
  jobId: string,
  location?: JobLocation,
  ownerId?: string,
  ownerChannel?: string,
];

type ReplayReply = readonly [letters: readonly LetterReply[], problem: string];

/**
 * Puts dead letters back into their streams, some in each call.
 * @throws BrokerRefusedError if Redis refuses to put one back. Those before it are back
 */
export async function replayDeadLetters(
  target: Target,
  { ids, limit = DEFAULT_LIMIT, withDependents = false }: ReplayOptions,
): Promise<ReplayReport> {
  const letters: ReplayedLetter[] = [];
  let replayed = 0;
  let after = FIRST_LETTER;
  while (replayed < limit) {
    const some = ids?.slice(letters.length, letters.length + LIMITS.administrationStep);
    if (some?.length === 0) break;
    const given = [some?.length ?? ALL, ...(some ?? [])];
    const step = target.call(scripts.replay, withDependents ? '1' : '', limit - replayed, after, ...given);
    const [replies, problem] = await target.connection.run<ReplayReply>(step);
    if (problem !== '') throw target.connection.refused(problem);
    if (replies.length === 0) break;
    letters.push(...replies.map(letterOf));
    replayed += replies.filter(([, outcome]) => outcome === 'replayed').length;
    after = replies.at(-1)![0];
  }
  return { replayed, letters };
}

function letterOf([id, outcome, jobId, location, ownerId, ownerChannel]: LetterReply): ReplayedLetter {
  const letter = { id, outcome, ...(jobId !== '' && { jobId }) };
  if (location === undefined || ownerId === undefined || ownerChannel === undefined) return letter;
  return { ...letter, place: { channel: ownerChannel, jobId: ownerId, location } };
}
