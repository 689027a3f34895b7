import type { Condition, ResultBucket } from '@repid/core';
import type { TrackedJob } from './tracked-job.js';
import type { WorkResult } from './work.js';

/** What is wrong with the results that the run of a job was given. */
export function findingsInResults(job: TrackedJob, results: readonly ResultBucket[]): string[] {
  return job.dependsOn.flatMap(({ on, condition }, index) =>
    isRight(on, condition, results[index]) ? [] : [`${job} ran on ${JSON.stringify(results[index])} of ${on}`],
  );
}

function isRight(on: TrackedJob, condition: Condition, result: ResultBucket | undefined): boolean {
  if (result === undefined) return false;
  // What was replayed may have ended otherwise since.
  if (!result.success) return condition !== 'success' || on.lives > 0;
  return isOf(on, result.data as WorkResult) && (condition !== 'failure' || on.lives > 0);
}

/** The job's own, or that of the one that it has delegated to. */
function isOf(job: TrackedJob, data: WorkResult): boolean {
  const isOwn = data.n === job.n && (job.job === undefined || data.id === job.job.id);
  return isOwn || (job.delegate !== undefined && isOf(job.delegate, data));
}
