import type { Condition } from '@repid/core';

/** How a job ends. `pending`: it waits for a bucket that does not exist yet. `absent`: the job was never enqueued. */
export type End = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'pending' | 'absent';

/** What the model needs to know about a job. */
export interface JobFacts {
  /** The job whose actor enqueues this one; undefined if the client enqueues it. */
  readonly parent: JobFacts | undefined;
  /** True if the client, or a committed run of the parent, enqueued the job. Used only if the parent's end does not tell. */
  readonly isKnownToExist: boolean;
  /** The job belongs to a run that can no longer be committed. */
  readonly isSuperseded: boolean;
  /** Several runs of the job are committed, each with its own followers. */
  readonly repeats: boolean;
  readonly isCancelled: boolean;
  /** Every allowed run fails. */
  readonly isToFail: boolean;
  readonly dependsOn: readonly { readonly on: JobFacts; readonly condition: Condition }[];
  /** The follower that the job delegates to. */
  readonly delegate: JobFacts | undefined;
  /** True if followers of a committed run have been seen. Used only if the job was cancelled. */
  readonly hasShownFollowers: boolean;
  /** How the job has ended; undefined if it has not. */
  readonly ended: End | undefined;
  /** True if the job no longer waits for this dependency. */
  hasMet(dependency: JobFacts): boolean;
}

/** Predicts how jobs end. Models dependencies, followers, delegation and cancellation. */
export class Prediction {
  private readonly ends = new Map<JobFacts, End>();

  /** Returns how the job itself ends. */
  endOf(job: JobFacts): End {
    const known = job.ended ?? this.ends.get(job);
    if (known !== undefined) return known;
    const end = this.compute(job);
    this.ends.set(job, end);
    return end;
  }

  /** Returns the state in the job's result bucket. If the job delegated, it is the other job's state. */
  resultOf(job: JobFacts): End {
    const end = this.endOf(job);
    return end === 'succeeded' && job.delegate ? this.resultOf(job.delegate) : end;
  }

  private compute(job: JobFacts): End {
    if (!this.exists(job)) return 'absent';
    if (isCancelled(job)) return job.delegate && job.hasShownFollowers ? 'succeeded' : 'cancelled';
    const met = new Set(job.dependsOn.map(({ on, condition }) => job.hasMet(on) || this.meets(on, condition)));
    if (met.has(false)) return 'skipped';
    if (met.has(undefined)) return 'pending';
    return job.isToFail ? 'failed' : 'succeeded';
  }

  private exists({ parent, isKnownToExist, isSuperseded }: JobFacts): boolean {
    if (parent === undefined || parent.repeats) return isKnownToExist;
    return !isSuperseded && this.endOf(parent) === 'succeeded';
  }

  /** Returns undefined if the dependency has not ended. */
  private meets(dependency: JobFacts, condition: Condition): boolean | undefined {
    const end = this.resultOf(dependency);
    return end === 'pending' || end === 'absent' ? undefined : MEETS[condition].includes(end);
  }
}

/** Cancelling a job that has delegated cancels the job that it delegated to. */
function isCancelled(job: JobFacts): boolean {
  return job.isCancelled || (job.parent?.delegate === job && isCancelled(job.parent));
}

const MEETS: Readonly<Record<Condition, readonly End[]>> = {
  success: ['succeeded'],
  failure: ['failed', 'cancelled'],
  settled: ['succeeded', 'failed', 'skipped', 'cancelled'],
};
