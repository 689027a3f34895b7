import type { JobInspection } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Condition } from '../dependency/index.js';
import { readParameters } from '../message/index.js';
import { endedState, type JobStatus } from '../job/job-status.js';

/** A bucket that a job waits for. */
export interface Awaited {
  readonly bucketId: string;
  readonly condition: Condition;
  readonly state: JobStatus['state'];
}

/** How many buckets the sentence names. */
const NAMED = 3;

/** Why a job is not done, or how it has ended. */
export interface JobExplanation {
  readonly state: JobStatus['state'];
  /** The buckets that have not come yet, and where the jobs of these ids are, as far as they stand on the same channel. */
  readonly waitsFor: readonly Awaited[];
  readonly delayedUntil?: Date;
  /** Retries used up and allowed; only while the broker holds it. */
  readonly retries?: { readonly maxAmount: number; readonly alreadyTried: number };
  /** Why it has failed or was skipped. */
  readonly exception?: string;
  /** All of this in one sentence. */
  readonly text: string;
}

/** What the broker and the result say about a job. */
export function explain(
  label: string,
  inspection: JobInspection | undefined,
  bucket: ResultBucket | undefined,
  waitsFor: readonly Awaited[] = [],
): JobExplanation {
  if (inspection) return explainHeld(label, inspection, waitsFor);
  const state = endedState(bucket);
  const why = bucket?.exception === undefined ? '' : ` ${bucket.exception}`;
  const fact = state === 'unknown' ? 'is not held by the broker, and no result of it is kept' : `has ${PAST[state]}`;
  return { state, waitsFor: [], exception: bucket?.exception, text: `Job ${label} ${fact}.${why}` };
}

const PAST = { succeeded: 'succeeded', failed: 'failed', skipped: 'been skipped', cancelled: 'been cancelled' };

function describeWaits(waitsFor: readonly Awaited[]): string {
  const named = waitsFor
    .slice(0, NAMED)
    .map(({ bucketId, condition, state }) => `the ${condition} of "${bucketId}" (${state})`);
  const more = waitsFor.length > NAMED ? ` and ${waitsFor.length - NAMED} more` : '';
  return `for ${named.join(', ')}${more}`;
}

function explainHeld(
  label: string,
  { location, message, dueAt }: JobInspection,
  waitsFor: readonly Awaited[],
): JobExplanation {
  const { retries } = readParameters(message.headers);
  const delayedUntil = dueAt === undefined ? undefined : new Date(dueAt);
  const parts = [
    waitsFor.length > 0 && describeWaits(waitsFor),
    delayedUntil && `until ${delayedUntil.toISOString()}`,
    retries.alreadyTried > 0 && `retry ${retries.alreadyTried} of ${retries.maxAmount}`,
  ].filter((part) => typeof part === 'string');
  return {
    state: location,
    waitsFor,
    delayedUntil,
    retries,
    text: `Job ${label} is ${[location, ...parts].join(', ')}.`,
  };
}
