import type { Condition } from '@repid/core';

/** How a job ends. `pending` where it waits for what is not there yet, `absent` where it is not there itself. */
export type End = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'pending' | 'absent';

/** What the model has to know of a job. */
export interface Case {
  /** The job whose actor enqueues it; undefined where the client does. */
  readonly parent: Case | undefined;
  /** The client has enqueued it, or a run of its parent that was committed. A prediction asks only where it does not follow from the parent's end. */
  readonly isKnownToBeThere: boolean;
  /** It follows a run that is not to be committed any more. */
  readonly isSuperseded: boolean;
  /** Its runs are committed more than once, each with followers of its own. */
  readonly repeats: boolean;
  readonly isCancelled: boolean;
  /** All the runs that it is allowed fail. */
  readonly isToFail: boolean;
  readonly dependsOn: readonly { readonly on: Case; readonly condition: Condition }[];
  /** The follower that its result is handed over to. */
  readonly delegate: Case | undefined;
  /** A run of it was committed with its followers, as far as they show. Asked only where it was cancelled. */
  readonly hasShownFollowers: boolean;
  /** How it has ended already; undefined while that is open. */
  readonly ended: End | undefined;
  /** It has waited for this one already. */
  hasMet(dependency: Case): boolean;
}

/** How jobs end: the whole of the semantics of dependencies, followers, delegation and cancelling. */
export class Prediction {
  private readonly ends = new Map<Case, End>();

  /** How the job itself ends. */
  endOf(job: Case): End {
    const known = job.ended ?? this.ends.get(job);
    if (known !== undefined) return known;
    const end = this.judge(job);
    this.ends.set(job, end);
    return end;
  }

  /** What its result says, which may be that of the job that it has delegated to. */
  resultOf(job: Case): End {
    const end = this.endOf(job);
    return end === 'succeeded' && job.delegate ? this.resultOf(job.delegate) : end;
  }

  private judge(job: Case): End {
    if (!this.isThere(job)) return 'absent';
    if (isCancelled(job)) return job.delegate && job.hasShownFollowers ? 'succeeded' : 'cancelled';
    const met = new Set(job.dependsOn.map(({ on, condition }) => job.hasMet(on) || this.meets(on, condition)));
    if (met.has(false)) return 'skipped';
    if (met.has(undefined)) return 'pending';
    return job.isToFail ? 'failed' : 'succeeded';
  }

  private isThere({ parent, isKnownToBeThere, isSuperseded }: Case): boolean {
    if (parent === undefined || parent.repeats) return isKnownToBeThere;
    return !isSuperseded && this.endOf(parent) === 'succeeded';
  }

  /** Undefined where that is open. */
  private meets(dependency: Case, condition: Condition): boolean | undefined {
    const end = this.resultOf(dependency);
    return end === 'pending' || end === 'absent' ? undefined : MEETS[condition].includes(end);
  }
}

/** Whoever cancels a job that has delegated cancels the one that it has delegated to. */
function isCancelled(job: Case): boolean {
  return job.isCancelled || (job.parent?.delegate === job && isCancelled(job.parent));
}

const MEETS: Readonly<Record<Condition, readonly End[]>> = {
  success: ['succeeded'],
  failure: ['failed', 'cancelled'],
  settled: ['succeeded', 'failed', 'skipped', 'cancelled'],
};
