import type { Job } from '@repid/core';
import { type Conduct, type JobPlan, repeats } from '../plan/job-plan.js';
import { healed, isToFail } from '../prediction/expected-runs.js';
import type { Case, End } from '../prediction/prediction.js';

/** The followers of one run. They are committed all or none. */
export class Followers {
  readonly jobs: TrackedJob[] = [];
  /** True where that is known. */
  isCommitted = false;
}

/** A job of the plan as it was enqueued, and what has been seen of it. A plan's job may be enqueued by many runs of its parent. */
export class TrackedJob implements Case {
  dependsOn: readonly { readonly on: TrackedJob; readonly condition: Case['dependsOn'][number]['condition'] }[] = [];
  delegate: TrackedJob | undefined;
  /** What it has come with, where an actor has enqueued it. */
  companions: Followers | undefined;
  /** Those of each run. */
  followers: Followers[] = [];
  isWritten = false;
  /** `cancel()` has returned true. */
  wasCancelled = false;
  /** Its result says that it was cancelled, and nobody else has. */
  wasPurged = false;
  /** How often it was replayed or enqueued again. */
  lives = 0;
  /** How many of its dead letters were put back at once. */
  copies = 1;
  /** How often its actor was begun in this life. */
  runs = 0;
  /** How often that was after it had been cancelled. */
  lateRuns = 0;
  /** How often it was rescheduled in this life. */
  rescheduled = 0;
  ended: End | undefined;
  /** Its dead letters. */
  letters = 0;
  /** The bucket because of which it was skipped, where it is kept to be brought back with that. */
  revivedBy: string | undefined;
  private met = new Set<Case>();

  constructor(
    readonly n: number,
    readonly plan: JobPlan,
    readonly parent: TrackedJob | undefined,
    /** Undefined where it is a bare message. */
    readonly job: Job | undefined,
  ) {}

  /** The bucket that its result goes to; a bare message has none. */
  get bucketId(): string | undefined {
    return this.plan.identity === 'delegated' ? this.parent?.bucketId : this.job?.resultId;
  }

  /** A dead letter of a recurring job is run once. */
  get conduct(): Conduct {
    const { conduct } = this.plan;
    if (this.lives === 0) return conduct;
    return { ...(conduct.heals ? healed(conduct) : conduct), recurs: false };
  }

  get isKnownToBeThere(): boolean {
    return this.companions?.isCommitted ?? this.isWritten;
  }

  get isSuperseded(): boolean {
    return this.companions !== undefined && this.parent?.followers.includes(this.companions) === false;
  }

  get repeats(): boolean {
    return repeats(this.plan.conduct);
  }

  /** True where it recurs, or follows one that does, and that goes on. */
  get isRestless(): boolean {
    return (this.conduct.recurs && !this.isCancelled) || this.parent?.isRestless === true;
  }

  get isCancelled(): boolean {
    return this.wasCancelled || this.wasPurged;
  }

  get isToFail(): boolean {
    return isToFail(this.conduct);
  }

  get hasShownFollowers(): boolean {
    return this.followers.some(({ isCommitted }) => isCommitted);
  }

  hasMet(dependency: Case): boolean {
    return this.met.has(dependency);
  }

  /** It waits for this one no more, whatever becomes of that. */
  meet(dependency: Case): void {
    this.met.add(dependency);
  }

  /** It has ended, and nothing changes that but a replay, or that it is enqueued again. */
  close(end: End): void {
    if (this.ended !== undefined) return;
    this.ended = end;
    if (end === 'failed') this.letters += 1;
  }

  /** Its dead letter is put back: it waits for nothing. One of a bare message is another message to the broker, with other followers. */
  replay(): () => void {
    const undo = this.beginAnew();
    for (const { on } of this.dependsOn) this.meet(on);
    if (!this.job) this.followers = [];
    return undo;
  }

  /** It is run anew. Returns what takes that back, where it is not. */
  beginAnew(): () => void {
    const { lives, runs, rescheduled, lateRuns, wasCancelled, wasPurged, ended, followers, met } = this;
    const before = { lives, runs, rescheduled, lateRuns, wasCancelled, wasPurged, ended, followers, met };
    const fresh = { runs: 0, rescheduled: 0, lateRuns: 0, wasCancelled: false, wasPurged: false };
    Object.assign(this, { ...fresh, lives: lives + 1, ended: undefined, met: new Set() });
    return () => Object.assign(this, before);
  }

  /** It was skipped, and waits again. */
  revive(): void {
    this.revivedBy = undefined;
    this.ended = undefined;
  }

  toString(): string {
    return this.plan.identity === 'bare' ? `bare message ${this.n}` : `job ${this.n}`;
  }
}
