import type { Condition, ResultBucket } from '@repid/core';
import type { WorkPayload } from './job-factory.js';
import type { TrackedJob } from './tracked-job.js';

/** The result of a job. */
export interface WorkResult extends WorkPayload {
  readonly id: string;
  /** How often the job had been replayed or enqueued again. */
  readonly restarts: number;
}

/** Returns a finding for each wrong dependency result that a run received. */
export function findingsInResults(job: TrackedJob, results: readonly ResultBucket[]): string[] {
  return job.dependsOn.flatMap(({ on, condition }, index) =>
    isRight(on, condition, results[index]) ? [] : [`${job} ran on ${JSON.stringify(results[index])} of ${on}`],
  );
}

function isRight(on: TrackedJob, condition: Condition, result: ResultBucket | undefined): boolean {
  if (result === undefined) return false;
  if (!result.success) return condition !== 'success' || hasRestarted(on);
  return isOf(on, result.data as WorkResult) && (condition !== 'failure' || hasRestarted(on));
}

/** A job that was restarted may have ended differently since. */
function hasRestarted({ restarts, delegate }: TrackedJob): boolean {
  return restarts > 0 || (delegate !== undefined && hasRestarted(delegate));
}

/** True if the result is the job's own, or of a job that it delegated to. */
function isOf(job: TrackedJob, data: WorkResult): boolean {
  const isOwn = data.n === job.n && (job.job === undefined || data.id === job.job.id);
  return isOwn || (job.delegate !== undefined && isOf(job.delegate, data));
}
