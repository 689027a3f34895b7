import type { Plan } from '../plan/plan.js';
import type { Ledger } from './ledger.js';

/** Finds the jobs that can end: those that do not wait, even indirectly, for a job that is not enqueued yet. */
export class CompletionCheck {
  private readonly known = new Map<number, boolean>();

  constructor(
    private readonly plan: Plan,
    private readonly ledger: Ledger,
  ) {}

  /** True if the job will have a result. */
  canEnd(n: number): boolean {
    const known = this.known.get(n) ?? this.compute(n);
    this.known.set(n, known);
    return known;
  }

  private compute(n: number): boolean {
    const delegate = this.plan.jobs.findIndex(({ parent, identity }) => parent === n && identity === 'delegated');
    return this.canRun(n) && (delegate < 0 || this.canEnd(delegate));
  }

  private canRun(n: number): boolean {
    const { parent, dependsOn } = this.plan.jobs[n]!;
    const exists = parent === undefined ? this.ledger.roots[n]!.isWritten : this.canRun(parent);
    return exists && dependsOn.every(({ on }) => this.canEnd(on));
  }
}
