import type { Job } from '../job/job.js';
import type { Condition } from './condition.js';

/** What a job waits for: another job, or the bucket that somebody will store, and how it must have ended. @default success */
export type Dependency = Job | string | { readonly on: Job | string; readonly condition: Condition };

/** Waits for the job, or the bucket, to have succeeded. */
export function onSuccess(on: Job | string): Dependency {
  return { on, condition: 'success' };
}

/** Waits for the job to have failed for good, or to have been cancelled. Skipped where it succeeds, or is skipped itself. */
export function onFailure(on: Job | string): Dependency {
  return { on, condition: 'failure' };
}

/** Waits for the job to have ended, whichever way: also where it was skipped. */
export function onSettled(on: Job | string): Dependency {
  return { on, condition: 'settled' };
}
