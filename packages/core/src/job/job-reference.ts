import { InvalidOptionError } from '../errors/index.js';
import { kindOf, show } from '../errors/show.js';
import type { Job } from './job.js';

/** The key under which a job, and its bound `enqueue`, know the job. */
export const JOB = Symbol('repid.job');

/** The job behind a job, or behind its `enqueue`; undefined for anything else. */
export function jobOf(value: unknown): Job | undefined {
  const mayKnow = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return mayKnow ? (value as { [JOB]?: Job })[JOB] : undefined;
}

/**
 * The job behind a job, or behind its `enqueue`.
 *
 * @param call what it was given to, for the error
 * @throws InvalidOptionError where it is none
 */
export function requireJob(value: unknown, call: string): Job {
  const found = jobOf(value);
  if (found) return found;
  throw new InvalidOptionError(`${call} was given ${showOther(value)}: expected a job made by repid.job().`);
}

/** The same for an array of them. @throws InvalidOptionError */
export function requireJobs(values: unknown, call: string): Job[] {
  if (Array.isArray(values)) return values.map((value) => requireJob(value, call));
  throw new InvalidOptionError(
    `${call} was given ${showOther(values)}: expected an array of jobs made by repid.job().`,
  );
}

function showOther(value: unknown): string {
  return typeof value === 'object' ? kindOf(value) : show(value);
}
