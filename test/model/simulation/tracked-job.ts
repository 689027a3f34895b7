import type { Job } from '@repid/core';
import { type Behaviour, type JobPlan, repeats } from '../plan/job-plan.js';
import { healed, isToFail } from '../prediction/expected-runs.js';
import type { JobFacts, End } from '../prediction/prediction.js';

/** The followers of one run. They are committed atomically. */
export class Followers {
  readonly jobs: TrackedJob[] = [];
  /** True if the followers are known to be committed. */
  isCommitted = false;
}

/** An enqueued job of the plan, and what was observed of it. Several runs of a parent may each enqueue one. */
export class TrackedJob implements JobFacts {
  dependsOn: readonly { readonly on: TrackedJob; readonly condition: JobFacts['dependsOn'][number]['condition'] }[] =
    [];
  delegate: TrackedJob | undefined;
  /** The followers of the same run, if an actor enqueued the job. */
  companions: Followers | undefined;
  /** The followers of each run. */
  followers: Followers[] = [];
  isWritten = false;
  /** `cancel()` has returned true. */
  wasCancelled = false;
  /** The result says that the job was cancelled, but `cancel()` was not called. */
  wasPurged = false;
  /** How often the job was replayed or enqueued again. */
  restarts = 0;
  /** The number of dead letters that were replayed together. */
  copies = 1;
  /** How often the actor started since the last restart. */
  runs = 0;
  /** How often the actor started after the job was cancelled. */
  lateRuns = 0;
  /** How often the job was rescheduled since the last restart. */
  rescheduled = 0;
  ended: End | undefined;
  /** The number of dead letters. */
  letters = 0;
  /** The bucket that the job was skipped for, if the job is kept so that a replay can revive it. */
  revivedBy: string | undefined;
  private met = new Set<JobFacts>();

  constructor(
    readonly n: number,
    readonly plan: JobPlan,
    readonly parent: TrackedJob | undefined,
    /** Undefined for a bare message. */
    readonly job: Job | undefined,
  ) {}

  /** The id of the result bucket; undefined for a bare message. */
  get bucketId(): string | undefined {
    return this.plan.identity === 'delegated' ? this.parent?.bucketId : this.job?.resultId;
  }

  /** A replayed recurring job runs once. */
  get behaviour(): Behaviour {
    const { behaviour } = this.plan;
    if (this.restarts === 0) return behaviour;
    return { ...(behaviour.heals ? healed(behaviour) : behaviour), recurs: false };
  }

  get isKnownToExist(): boolean {
    return this.companions?.isCommitted ?? this.isWritten;
  }

  get isSuperseded(): boolean {
    return this.companions !== undefined && this.parent?.followers.includes(this.companions) === false;
  }

  get repeats(): boolean {
    return repeats(this.plan.behaviour);
  }

  /** True if the job or one of its ancestors recurs and is not cancelled. */
  get isOngoing(): boolean {
    return (this.behaviour.recurs && !this.isCancelled) || this.parent?.isOngoing === true;
  }

  get isCancelled(): boolean {
    return this.wasCancelled || this.wasPurged;
  }

  get isToFail(): boolean {
    return isToFail(this.behaviour);
  }

  get hasShownFollowers(): boolean {
    return this.followers.some(({ isCommitted }) => isCommitted);
  }

  hasMet(dependency: JobFacts): boolean {
    return this.met.has(dependency);
  }

  /** From now on the job does not wait for this dependency. */
  meet(dependency: JobFacts): void {
    this.met.add(dependency);
  }

  /** Records how the job ended. Only a restart changes it. */
  close(end: End): void {
    if (this.ended !== undefined) return;
    this.ended = end;
    if (end === 'failed') this.letters += 1;
  }

  /**
   * Restarts a replayed job, which waits for nothing. A replayed bare message gets new followers.
   * Returns a function that undoes the restart.
   */
  replay(): () => void {
    const undo = this.restart();
    for (const { on } of this.dependsOn) this.meet(on);
    if (!this.job) this.followers = [];
    return undo;
  }

  /** Resets the job for its next run. Returns a function that undoes it. */
  restart(): () => void {
    const { restarts, runs, rescheduled, lateRuns, wasCancelled, wasPurged, ended, followers, met } = this;
    const before = { restarts, runs, rescheduled, lateRuns, wasCancelled, wasPurged, ended, followers, met };
    const fresh = { runs: 0, rescheduled: 0, lateRuns: 0, wasCancelled: false, wasPurged: false };
    Object.assign(this, { ...fresh, restarts: restarts + 1, ended: undefined, met: new Set() });
    return () => Object.assign(this, before);
  }

  /** Makes a skipped job wait again. */
  revive(): void {
    this.revivedBy = undefined;
    this.ended = undefined;
  }

  toString(): string {
    return this.plan.identity === 'bare' ? `bare message ${this.n}` : `job ${this.n}`;
  }
}
