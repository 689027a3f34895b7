import type { JobHandle } from '../job/job-handle.js';
import type { Condition } from './condition.js';

/** What a job waits for: a job, or the id of a bucket that will be stored, and how it must have ended. @default success */
export type Dependency = JobHandle | string | { readonly on: JobHandle | string; readonly condition: Condition };

/** Waits until the job, or the job behind the bucket, has succeeded. */
export function onSuccess(on: JobHandle | string): Dependency {
  return { on, condition: 'success' };
}

/** Waits until the job has failed for good or was cancelled. The waiting job is skipped if that job succeeds or is skipped. */
export function onFailure(on: JobHandle | string): Dependency {
  return { on, condition: 'failure' };
}

/** Waits until the job has ended: succeeded, failed or skipped. */
export function onSettled(on: JobHandle | string): Dependency {
  return { on, condition: 'settled' };
}
