import type { JobStatus } from '@repid/core';
import { expectedRuns } from '../prediction/expected-runs.js';
import type { Ledger } from './ledger.js';
import type { Followers, TrackedJob } from './tracked-job.js';

/**
 * The states of jobs. Bare messages have none. A delegated job has its parent's state, and a job of a superseded run may
 * have the state of its successor, so both are left out.
 */
export type States = ReadonlyMap<TrackedJob, JobStatus['state']>;

/** Reads the states of all jobs. */
export async function statesOf({ jobs }: Ledger): Promise<States> {
  const known = jobs.filter((job) => job.job && job.plan.identity !== 'delegated' && !job.isSuperseded);
  const states = await Promise.all(known.map(async ({ job }) => (await job!.status()).state));
  return new Map(known.map((job, index) => [job, states[index]!]));
}

/** Derives from the states what cannot be predicted: which runs were committed, and which jobs were purged. */
export function infer(ledger: Ledger, states: States): void {
  for (const { followers } of ledger.jobs) for (const each of followers) each.isCommitted ||= areSeen(each, states);
  for (const job of ledger.jobs)
    if (!isKnownToBeCancelled(job) && isPurged(job, ledger, states)) notePurged(job, ledger);
}

function areSeen({ jobs }: Followers, states: States): boolean {
  return jobs.some((job) => job.runs > 0 || (states.get(job) ?? 'unknown') !== 'unknown');
}

function notePurged(job: TrackedJob, ledger: Ledger): void {
  job.wasPurged = true;
  ledger.seenPurged += 1;
}

function isPurged(job: TrackedJob, { purged }: Ledger, states: States): boolean {
  if (job.plan.identity !== 'bare') return states.get(job) === 'cancelled' && isOnPurgedChannel(job, purged);
  const { least } = expectedRuns(job.behaviour, 'succeeded', false);
  return job.isWritten && purged.has(job.plan.channel) && job.runs < least;
}

/** True for the job or a job that it delegated to. */
function isKnownToBeCancelled({ isCancelled, delegate }: TrackedJob): boolean {
  return isCancelled || (delegate !== undefined && isKnownToBeCancelled(delegate));
}

/** True for the job or a job that it delegated to. */
function isOnPurgedChannel({ plan, delegate }: TrackedJob, purged: ReadonlySet<number>): boolean {
  return purged.has(plan.channel) || (delegate !== undefined && isOnPurgedChannel(delegate, purged));
}
