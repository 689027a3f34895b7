import { expectedRuns } from '../prediction/expected-runs.js';
import { type End, Prediction } from '../prediction/prediction.js';
import type { Plan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import type { Ledger } from './ledger.js';
import { infer, type States, statesOf } from './observe.js';
import { skipReasonOf } from './skip-reason.js';
import type { TrackedJob } from './tracked-job.js';

/** Compares all jobs with the prediction, while nothing runs. */
export class Checkpoint {
  private readonly prediction = new Prediction();

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  async pass(): Promise<void> {
    const states = await statesOf(this.ledger);
    infer(this.ledger, states);
    const settled = this.ledger.jobs.filter((job) => !job.isOngoing);
    for (const job of settled) this.compare(job, states);
    this.comparePurges();
    for (const job of settled) await this.close(job);
    if (settled.length === this.ledger.jobs.length) await this.compareStats();
  }

  private compare(job: TrackedJob, states: States): void {
    this.compareState(job, states);
    this.compareRuns(job);
    this.compareCommits(job);
  }

  private compareState(job: TrackedJob, states: States): void {
    const state = states.get(job);
    const expected = stateOf(this.prediction.resultOf(job));
    if (state !== undefined && state !== expected) this.ledger.note(`${job} should be ${expected} and is ${state}`);
  }

  private compareRuns(job: TrackedJob): void {
    const end = this.prediction.endOf(job);
    const runs = expectedRuns(job.behaviour, end, this.mayRunAgain);
    const [least, most] = [runs.least * job.copies, runs.most * job.copies];
    if (job.runs < least || job.runs > most)
      this.ledger.note(`${job}, ${end}, should have run ${least} to ${most} times and ran ${job.runs}`);
  }

  /** Each committed run has its own followers. */
  private compareCommits(job: TrackedJob): void {
    const { rescheduled } = job.plan.behaviour;
    const isToTell = rescheduled > 0 && job.followers.length > 0 && !this.mayRunAgain;
    if (!isToTell || this.prediction.endOf(job) !== 'succeeded') return;
    const committed = job.followers.filter(({ isCommitted }) => isCommitted).length;
    if (committed !== rescheduled + 1)
      this.ledger.note(`${committed} of ${rescheduled + 1} runs of ${job} have followers`);
  }

  private comparePurges(): void {
    const { purgedCount, seenPurged } = this.ledger;
    if (purgedCount !== seenPurged)
      this.ledger.note(`${purgedCount} were purged, and ${seenPurged} have a purged state`);
  }

  private async compareStats(): Promise<void> {
    for (const [n, channel] of this.world.channels.entries()) {
      const { queued, delayed, running, waiting, deadLetters } = await this.world.observer.channel(channel).stats();
      const own = this.ledger.jobs.filter((job) => job.plan.channel === n);
      const pending = own.filter((job) => this.prediction.endOf(job) === 'pending').length;
      if (queued + delayed + running > 0)
        this.ledger.note(`channel ${n} has ${queued} queued, ${delayed} delayed and ${running} running`);
      if (waiting !== pending) this.ledger.note(`${waiting} wait on channel ${n}, and ${pending} should`);
      this.compareLetters(n, own, deadLetters);
    }
  }

  /** The number of failures of a recurring job is unknown. */
  private compareLetters(channel: number, jobs: readonly TrackedJob[], found: number): void {
    if (jobs.some(({ plan }) => plan.behaviour.recurs && plan.behaviour.failures > 0)) return;
    const expected = jobs.reduce((sum, { letters }) => sum + letters, 0);
    if (found !== expected) this.ledger.note(`channel ${channel} has ${found} dead letters of ${expected}`);
  }

  private async close(job: TrackedJob): Promise<void> {
    const end = this.prediction.endOf(job);
    if (end === 'skipped' && job.ended === undefined) await this.noteSkip(job);
    if (end === 'pending') this.noteMet(job);
    else if (end !== 'absent') job.close(end);
  }

  private async noteSkip(job: TrackedJob): Promise<void> {
    const result = await job.job!.result();
    const reason = skipReasonOf(result);
    const isRight = job.dependsOn.some(({ on }) => on.bucketId === reason?.bucketId);
    if (!isRight) this.ledger.note(`${job} was skipped for this: ${result?.exception}`);
    job.revivedBy = reason?.isToBeRevived ? reason.bucketId : undefined;
  }

  /** Marks the dependencies that have ended as met. */
  private noteMet(job: TrackedJob): void {
    for (const { on } of job.dependsOn) if (!isOpen(this.prediction.resultOf(on))) job.meet(on);
  }

  private get mayRunAgain(): boolean {
    return this.plan.losesWorkers || this.world.hasLostOwnership();
  }
}

function isOpen(end: End): boolean {
  return end === 'pending' || end === 'absent';
}

function stateOf(end: End): string {
  if (end === 'pending') return 'waiting';
  return end === 'absent' ? 'unknown' : end;
}
