import type { TrackedJob } from './tracked-job.js';

/** What has happened so far, and what of it should not have. */
export class Ledger {
  readonly findings: string[] = [];
  /** In the order in which they came to be known. */
  readonly jobs: TrackedJob[] = [];
  /** Channels that are paused, by number: nothing of them may begin. */
  readonly paused = new Set<number>();
  /** Channels that were purged at some time, by number. */
  readonly purged = new Set<number>();
  /** How many jobs and messages purges say that they have ended. */
  purgedCount = 0;
  /** How many seem to have been ended so. */
  seenPurged = 0;
  private readonly byId = new Map<string, TrackedJob>();

  /** The jobs of the client, by their number; undefined where an actor enqueues that. */
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

  /** The last one that came of this job of the plan. */
  latest(n: number): TrackedJob | undefined {
    return this.roots[n] ?? this.jobs.findLast((job) => job.n === n);
  }

  note(finding: string): void {
    this.findings.push(finding);
  }
}
