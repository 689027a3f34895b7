import { checkGraph, type GraphNode } from '../dependency/graph-check.js';

/** A job as the graph check needs it. */
export interface CheckableJob {
  readonly id: string;
  readonly resultId: string | undefined;
  readonly hasDependencies: boolean;
  graphNode(): GraphNode;
}

/**
 * Refuses jobs that could never all run, before any is enqueued.
 *
 * @throws DependencyError that names the path
 */
export function checkJobs(jobs: readonly CheckableJob[]): void {
  if (!areIndependent(jobs)) checkGraph(jobs.map((job) => job.graphNode()));
}

/** True if no job waits for anything and no two share an id or a bucket. Most calls are like that and need no graph. */
function areIndependent(jobs: readonly CheckableJob[]): boolean {
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
