import type { Condition, ResultBucket } from '@repid/core';
import type { WorkPayload } from './job-factory.js';
import type { TrackedJob } from './tracked-job.js';

/** What a job has as its result. */
export interface WorkResult extends WorkPayload {
  readonly id: string;
  /** How often it had been replayed or enqueued again. */
  readonly lives: number;
}

/** What is wrong with the results that the run of a job was given. */
export function findingsInResults(job: TrackedJob, results: readonly ResultBucket[]): string[] {
  return job.dependsOn.flatMap(({ on, condition }, index) =>
    isRight(on, condition, results[index]) ? [] : [`${job} ran on ${JSON.stringify(results[index])} of ${on}`],
  );
}

function isRight(on: TrackedJob, condition: Condition, result: ResultBucket | undefined): boolean {
  if (result === undefined) return false;
  if (!result.success) return condition !== 'success' || hasEndedAnew(on);
  return isOf(on, result.data as WorkResult) && (condition !== 'failure' || hasEndedAnew(on));
}

/** What was replayed may have ended otherwise since. */
function hasEndedAnew({ lives, delegate }: TrackedJob): boolean {
  return lives > 0 || (delegate !== undefined && hasEndedAnew(delegate));
}

/** The job's own, or that of the one that it has delegated to. */
function isOf(job: TrackedJob, data: WorkResult): boolean {
  const isOwn = data.n === job.n && (job.job === undefined || data.id === job.job.id);
  return isOwn || (job.delegate !== undefined && isOf(job.delegate, data));
}
