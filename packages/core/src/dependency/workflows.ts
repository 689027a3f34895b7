import type { Job } from '../job/job.js';
import { requireJob, requireJobs } from '../job/job-reference.js';

/** Each job after the one before it has succeeded; one that has no arguments of its own takes the result of the one before. */
export function chain(jobs: readonly Job[]): readonly Job[] {
  requireJobs(jobs, 'chain()').forEach((job, index, all) => {
    const before = all[index - 1];
    if (before === undefined) return;
    if (job.hasArgs) job.dependOn(before);
    else job.takeArgsFrom(before);
  });
  return jobs;
}

/** The jobs side by side. */
export function group(jobs: readonly Job[]): readonly Job[] {
  return requireJobs(jobs, 'group()');
}

/** The jobs side by side, then the last one when all have succeeded; it gets their results with `@DependencyResults()`. */
export function chord(jobs: readonly Job[], last: Job): readonly Job[] {
  requireJob(last, 'chord()').dependOn(...requireJobs(jobs, 'chord()'));
  return [...jobs, last];
}
