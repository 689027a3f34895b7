import type { Plan } from '../plan/plan.js';
import type { Ledger } from './ledger.js';

/** Which jobs of a plan can end by now: those that wait, in the end, for nothing that is still to be enqueued. */
export class Endings {
  private readonly known = new Map<number, boolean>();

  constructor(
    private readonly plan: Plan,
    private readonly ledger: Ledger,
  ) {}

  /** True where the result of the job can come. */
  canEnd(n: number): boolean {
    const known = this.known.get(n) ?? this.look(n);
    this.known.set(n, known);
    return known;
  }

  private look(n: number): boolean {
    const delegate = this.plan.jobs.findIndex(({ parent, identity }) => parent === n && identity === 'delegated');
    return this.canRun(n) && (delegate < 0 || this.canEnd(delegate));
  }

  private canRun(n: number): boolean {
    const { parent, dependsOn } = this.plan.jobs[n]!;
    const isThere = parent === undefined ? this.ledger.roots[n]!.isWritten : this.canRun(parent);
    return isThere && dependsOn.every(({ on }) => this.canEnd(on));
  }
}
