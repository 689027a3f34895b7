import { DuplicateJobError } from '../errors/index.js';
import { isOutage } from '../errors/is-outage.js';
import type { Producer } from '../producer/producer.js';
import { checkJobs } from './check-jobs.js';
import { Doubt } from './doubt.js';
import type { Job } from './job.js';

/**
 * Enqueues all of the jobs or none, in one write. Where nobody could tell whether an earlier call has enqueued them, they are looked for
 * first: what has been enqueued is not enqueued again.
 *
 * Rejects as `job.enqueue()` does, and with DependencyError, naming the path, where they could never all run.
 */
export async function enqueueJobs(jobs: readonly Job[], producer: Producer): Promise<void> {
  if (!producer.connection.isReady) await producer.connection.ready();
  checkJobs(jobs);
  await publish(jobs.some(isUnsure) ? await withoutPublished(jobs, producer) : jobs, producer);
}

async function publish(jobs: readonly Job[], producer: Producer): Promise<void> {
  try {
    await producer.publish(jobs.map((job) => job.toMessage()));
  } catch (error) {
    if (isOutage(error)) noteUnsure(jobs);
    if (error instanceof DuplicateJobError && jobs.some(isUnsure)) return publishRest(jobs, producer, error);
    throw error;
  }
  for (const job of jobs) job.noteEnqueued();
}

/** An earlier call may have come through only now. */
async function publishRest(jobs: readonly Job[], producer: Producer, refusal: DuplicateJobError): Promise<void> {
  const rest = await withoutPublished(jobs, producer);
  if (rest.length === jobs.length) throw refusal;
  await publish(rest, producer);
}

/** Those that were published learn it. */
async function withoutPublished(jobs: readonly Job[], { connection }: Producer): Promise<readonly Job[]> {
  const unfounded = new Set<Doubt>();
  for (const doubt of new Set(jobs.flatMap((job) => job.doubt ?? [])))
    if (await doubt.isUnfounded(connection)) unfounded.add(doubt);
  return jobs.filter((job) => {
    const wasPublished = job.doubt !== undefined && unfounded.has(job.doubt);
    if (wasPublished) job.noteEnqueued();
    return !wasPublished;
  });
}

function isUnsure({ doubt }: Job): boolean {
  return doubt !== undefined;
}

function noteUnsure(jobs: readonly Job[]): void {
  const doubt = new Doubt(jobs);
  for (const job of jobs) job.noteUnsure(doubt);
}
