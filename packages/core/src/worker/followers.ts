import { checkJobs } from '../job/check-jobs.js';
import type { Job } from '../job/job.js';
import { jobOf } from '../job/job-reference.js';
import type { OutgoingMessage } from '../message/index.js';

/** A job or a message that is sent with a settlement. */
export type Follower = Job | OutgoingMessage;

/**
 * Returns the followers as messages.
 *
 * @throws DependencyError if a job among them could never run; SerializationError
 */
export function toMessages(followers: readonly Follower[]): readonly OutgoingMessage[] {
  if (followers.length === 0) return NONE;
  checkJobs(jobsAmong(followers));
  return followers.map((follower) => jobOf(follower)?.toMessage() ?? (follower as OutgoingMessage));
}

const NONE: readonly never[] = [];

function jobsAmong(followers: readonly Follower[]): readonly Job[] {
  const jobs: Job[] = [];
  for (const follower of followers) {
    const job = jobOf(follower);
    if (job) jobs.push(job);
  }
  return jobs;
}

/** Marks the jobs among them as enqueued, so that other jobs can wait for them. */
export function noteEnqueued(followers: readonly Follower[]): void {
  for (const follower of followers) jobOf(follower)?.noteEnqueued();
}
