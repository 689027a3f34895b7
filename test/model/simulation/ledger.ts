import type { TrackedJob } from './tracked-job.js';

/** Records what has happened, and the findings: what should not have happened. */
export class Ledger {
  readonly findings: string[] = [];
  /** In the order in which they were added. */
  readonly jobs: TrackedJob[] = [];
  /** Numbers of the paused channels. None of their jobs may start. */
  readonly paused = new Set<number>();
  /** Numbers of the channels that were ever purged. */
  readonly purged = new Set<number>();
  /** The total that `purge()` returned. */
  purgedCount = 0;
  /** How many jobs and messages were observed as purged. */
  seenPurged = 0;
  private readonly byId = new Map<string, TrackedJob>();

  /** @param roots the jobs of the client by number; undefined for jobs that actors enqueue */
  constructor(readonly roots: readonly (TrackedJob | undefined)[]) {
    for (const root of roots) if (root) this.add(root);
  }

  add(job: TrackedJob): void {
    this.jobs.push(job);
    if (job.job) this.byId.set(job.job.id, job);
  }

  find(jobId: string): TrackedJob | undefined {
    return this.byId.get(jobId);
  }

  /** Returns the latest job that was enqueued for this job of the plan. */
  latest(n: number): TrackedJob | undefined {
    return this.roots[n] ?? this.jobs.findLast((job) => job.n === n);
  }

  note(finding: string): void {
    this.findings.push(finding);
  }
}
