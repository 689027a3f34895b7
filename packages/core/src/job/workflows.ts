import type { Job } from './job.js';
import { requireJob, requireJobs } from './job-reference.js';

/** Runs each job after the one before it succeeded. A job without arguments takes the result of the one before. */
export function chain(jobs: readonly Job[]): readonly Job[] {
  requireJobs(jobs, 'chain()').forEach((job, index, all) => {
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
