import { checkGraph } from '../dependency/graph-check.js';
import type { Job } from './job.js';

/**
 * Refuses jobs that could never all run, before any is enqueued.
 *
 * @throws DependencyError that names the path
 */
export function checkJobs(jobs: readonly Job[]): void {
  if (!areStrangers(jobs)) checkGraph(jobs.map((job) => job.graphNode()));
}

/** True where none waits for anything and no two share an id or a bucket: most are, and there is no graph to look at. */
function areStrangers(jobs: readonly Job[]): boolean {
  if (jobs.some((job) => job.hasDependencies)) return false;
  if (jobs.length === 1) return true;
  const known = new Set<string>();
  for (const { id, resultId } of jobs) {
    if (known.has(id) || (resultId !== undefined && known.has(resultId))) return false;
    known.add(id);
    if (resultId !== undefined && resultId !== id) known.add(resultId);
  }
  return true;
}
