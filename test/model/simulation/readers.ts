import { Prediction } from '../prediction/prediction.js';
import type { TrackedJob } from './tracked-job.js';

/** True where a job that goes on waiting has yet to read the result. */
export function isInUse(job: TrackedJob, jobs: readonly TrackedJob[]): boolean {
  const prediction = new Prediction();
  return jobs.some((other) => prediction.endOf(other) === 'pending' && waitsFor(other, [job.bucketId]));
}

/** What was skipped because of these jobs, to the end of the graph. */
export function skippedBecauseOf(jobs: readonly TrackedJob[], all: readonly TrackedJob[]): TrackedJob[] {
  const buckets = jobs.map(({ bucketId }) => bucketId);
  const found: TrackedJob[] = [];
  for (let isNew = true; isNew; ) {
    const next = all.filter((job) => job.ended === 'skipped' && !found.includes(job) && waitsFor(job, buckets));
    isNew = next.length > 0;
    found.push(...next);
    buckets.push(...next.map(({ bucketId }) => bucketId));
  }
  return found;
}

function waitsFor({ dependsOn }: TrackedJob, buckets: readonly (string | undefined)[]): boolean {
  return dependsOn.some(({ on }) => on.bucketId !== undefined && buckets.includes(on.bucketId));
}
