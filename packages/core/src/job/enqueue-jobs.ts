import { DuplicateJobError } from '../errors/index.js';
import { isOutage } from '../errors/is-outage.js';
import type { OutgoingMessage } from '../message/index.js';
import type { Publisher } from '../producer/publisher.js';
import { checkJobs, type CheckableJob } from './check-jobs.js';
import { UnconfirmedPublish, type PublishedJob } from './unconfirmed-publish.js';

/** A job as enqueueing needs it. */
export interface EnqueueableJob extends CheckableJob, PublishedJob {
  /** The message that enqueues it now. */
  toMessage(): OutgoingMessage;
  /** Called when the broker has the job. */
  noteEnqueued(): void;
  /** Called when the broker may have the job, but did not confirm it. */
  noteUnconfirmed(unconfirmed: UnconfirmedPublish): void;
}

/**
 * Enqueues all of the jobs or none, in one write. If the broker did not confirm an earlier call, its jobs are looked up first,
 * and those that the broker stored are not enqueued again.
 *
 * Rejects as `job.enqueue()` does, and with DependencyError, naming the path, for jobs that could never all run.
 */
export async function enqueueJobs(jobs: readonly EnqueueableJob[], publisher: Publisher): Promise<void> {
  if (!publisher.connection.isReady) await publisher.connection.ready();
  checkJobs(jobs);
  await publish(jobs.some(isUnconfirmed) ? await withoutStored(jobs, publisher) : jobs, publisher);
}

async function publish(jobs: readonly EnqueueableJob[], publisher: Publisher): Promise<void> {
  try {
    await publisher.publish(jobs.map((job) => job.toMessage()));
  } catch (error) {
    if (isOutage(error)) noteUnconfirmed(jobs);
    if (error instanceof DuplicateJobError && jobs.some(isUnconfirmed)) return publishRest(jobs, publisher, error);
    throw error;
  }
  for (const job of jobs) job.noteEnqueued();
}

/** An earlier call may reach the broker only now, after its jobs were looked up. */
async function publishRest(
  jobs: readonly EnqueueableJob[],
  publisher: Publisher,
  refusal: DuplicateJobError,
): Promise<void> {
  const rest = await withoutStored(jobs, publisher);
  if (rest.length === jobs.length) throw refusal;
  await publish(rest, publisher);
}

/** Leaves out the jobs that an earlier call stored, and marks those as enqueued. */
async function withoutStored(
  jobs: readonly EnqueueableJob[],
  { connection }: Publisher,
): Promise<readonly EnqueueableJob[]> {
  const stored = new Set<UnconfirmedPublish>();
  for (const unconfirmed of new Set(jobs.flatMap((job) => job.unconfirmed ?? [])))
    if (await unconfirmed.wasStored(connection)) stored.add(unconfirmed);
  return jobs.filter((job) => {
    const isStored = job.unconfirmed !== undefined && stored.has(job.unconfirmed);
    if (isStored) job.noteEnqueued();
    return !isStored;
  });
}

function isUnconfirmed({ unconfirmed }: EnqueueableJob): boolean {
  return unconfirmed !== undefined;
}

function noteUnconfirmed(jobs: readonly EnqueueableJob[]): void {
  const unconfirmed = new UnconfirmedPublish(jobs);
  for (const job of jobs) job.noteUnconfirmed(unconfirmed);
}
