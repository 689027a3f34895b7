import type { Job } from './job.js';
import type { Fitting } from './open-job.js';
import { jobOf, requireJob, requireJobs } from './job-reference.js';

/**
 * Runs each job after the one before it succeeded. A job without arguments takes the result of the one before.
 *
 * @throws InvalidOptionError
 */
export function chain(jobs: readonly Job[]): readonly Job[];
/** The same for a list of typed jobs: each result must fit the next payload. */
export function chain<const Jobs extends readonly Job[]>(...jobs: Jobs & Fitting<Jobs>): readonly Job[];
export function chain(...given: readonly unknown[]): readonly Job[] {
  const jobs = given.length === 1 && !jobOf(given[0]) ? given[0] : given;
  return chained(requireJobs(jobs, 'chain()'));
}

function chained(jobs: readonly Job[]): readonly Job[] {
  jobs.forEach((job, index, all) => {
    const before = all[index - 1];
    if (before === undefined) return;
    if (job.hasArgs) job.dependOn(before);
    else job.takeArgsFrom(before);
  });
  return jobs;
}

/** Runs the jobs independently of each other. */
export function group(jobs: readonly Job[]): readonly Job[] {
  return requireJobs(jobs, 'group()');
}

/** Runs the last job after all the others succeeded. It reads their results with `@DependencyResults()`. */
export function chord(jobs: readonly Job[], last: Job): readonly Job[] {
  requireJob(last, 'chord()').dependOn(...requireJobs(jobs, 'chord()'));
  return [...jobs, last];
}
