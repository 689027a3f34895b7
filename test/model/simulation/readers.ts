import { Prediction } from '../prediction/prediction.js';
import type { TrackedJob } from './tracked-job.js';

/** True if a waiting job has yet to read the result. */
export function isInUse(job: TrackedJob, jobs: readonly TrackedJob[]): boolean {
  const prediction = new Prediction();
  return jobs.some((other) => prediction.endOf(other) === 'pending' && waitsFor(other, job.bucketId));
}

/** Returns the jobs that were skipped because of these jobs, directly or indirectly. */
export function skippedBecauseOf(jobs: readonly TrackedJob[], all: readonly TrackedJob[]): TrackedJob[] {
  const buckets = jobs.map(({ bucketId }) => bucketId);
  const found: TrackedJob[] = [];
  for (const bucket of buckets) {
    const skipped = all.filter(({ revivedBy }) => revivedBy !== undefined && revivedBy === bucket);
    found.push(...skipped);
    buckets.push(...skipped.map(({ bucketId }) => bucketId));
  }
  return found;
}

function waitsFor({ dependsOn }: TrackedJob, bucketId: string | undefined): boolean {
  return bucketId !== undefined && dependsOn.some(({ on }) => on.bucketId === bucketId);
}
