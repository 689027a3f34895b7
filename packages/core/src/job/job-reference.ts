import type { Job } from './job.js';

/** The key under which a job, and its bound `enqueue`, know the job. */
export const JOB = Symbol('repid.job');

/** The job behind a job, or behind its `enqueue`; undefined for anything else. */
export function jobOf(value: unknown): Job | undefined {
  const mayKnow = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return mayKnow ? (value as { [JOB]?: Job })[JOB] : undefined;
}
