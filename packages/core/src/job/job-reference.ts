import { InvalidOptionError } from '../errors/index.js';
import { kindOf, show } from '../errors/show.js';
import { handleOf } from './job-handle.js';
import type { Job } from './job.js';

/** The job behind a job, or behind its `enqueue`; undefined for anything else. */
export function jobOf(value: unknown): Job | undefined {
  return handleOf(value) as Job | undefined;
}

/**
 * The job behind a job, or behind its `enqueue`.
 *
 * @param call the function that received the value, for the error
 * @throws InvalidOptionError for a value that is not a job
 */
export function requireJob(value: unknown, call: string): Job {
  const found = jobOf(value);
  if (found) return found;
  throw new InvalidOptionError(`${call} was given ${showOther(value)}: expected a job made by repid.job().`);
}

/** The same for an array of jobs. @throws InvalidOptionError */
export function requireJobs(values: unknown, call: string): Job[] {
  if (Array.isArray(values)) return values.map((value) => requireJob(value, call));
  throw new InvalidOptionError(
    `${call} was given ${showOther(values)}: expected an array of jobs made by repid.job().`,
  );
}

function showOther(value: unknown): string {
  return typeof value === 'object' ? kindOf(value) : show(value);
}
