import type { JobInspection } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Condition } from '../dependency/index.js';
import { readParameters } from '../message/index.js';
import { endedState, type JobStatus } from '../job/job-status.js';

/** Why a job is not done, or how it has ended. */
export interface JobExplanation {
  readonly state: JobStatus['state'];
  /** The buckets that have not come yet. */
  readonly waitsFor: readonly { readonly bucketId: string; readonly condition: Condition }[];
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
): JobExplanation {
  if (inspection) return explainHeld(label, inspection);
  const state = endedState(bucket);
  const why = bucket?.exception === undefined ? '' : ` ${bucket.exception}`;
  const fact = state === 'unknown' ? 'is not held by the broker, and no result of it is kept' : `has ${PAST[state]}`;
  return { state, waitsFor: [], exception: bucket?.exception, text: `Job ${label} ${fact}.${why}` };
}

const PAST = { succeeded: 'succeeded', failed: 'failed', skipped: 'been skipped', cancelled: 'been cancelled' };

function explainHeld(label: string, { location, message, dueAt, missing = [] }: JobInspection): JobExplanation {
  const { retries } = readParameters(message.headers);
  const delayedUntil = dueAt === undefined ? undefined : new Date(dueAt);
  const parts = [
    missing.length > 0 &&
      `for ${missing.map(({ bucketId, condition }) => `the ${condition} of "${bucketId}"`).join(', ')}`,
    delayedUntil && `until ${delayedUntil.toISOString()}`,
    retries.alreadyTried > 0 && `retry ${retries.alreadyTried} of ${retries.maxAmount}`,
  ].filter((part) => typeof part === 'string');
  return {
    state: location,
    waitsFor: missing,
    delayedUntil,
    retries,
    text: `Job ${label} is ${[location, ...parts].join(', ')}.`,
  };
}
