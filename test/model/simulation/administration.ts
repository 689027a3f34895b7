import { setImmediate as turn } from 'node:timers/promises';
import type { Job } from '@repid/core';
import type { World } from '../worlds/world.js';
import { TOPIC } from './job-factory.js';
import type { Ledger } from './ledger.js';
import { HELD } from './quiescence.js';
import type { TrackedJob } from './tracked-job.js';

/** So many turns of the event loop lie between a pause and what follows it. */
const TURNS = 4;

/** Looks after channels and jobs, and sees what comes of it. */
export class Administration {
  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Once it resolves, nothing of the channel may begin. */
  async pause(channel: number): Promise<void> {
    await this.channel(channel).pause();
    this.ledger.paused.add(channel);
  }

  /** Pauses it as often, and resumes it in between, so that workers are about to begin something. */
  async pauseTimes(times: number, channel: number): Promise<void> {
    for (let count = 1; count < times; count += 1) {
      await this.pause(channel);
      await this.look();
      await this.resume(channel);
      await this.look();
    }
    await this.pause(channel);
  }

  async resume(channel: number): Promise<void> {
    this.ledger.paused.delete(channel);
    await this.channel(channel).resume();
  }

  async resumeAll(): Promise<void> {
    for (const channel of this.ledger.paused) await this.resume(channel);
  }

  async purge(channel: number): Promise<void> {
    this.ledger.purged.add(channel);
    this.ledger.purgedCount += await this.channel(channel).purge();
  }

  async cancel(numbers: readonly number[]): Promise<void> {
    const jobs = numbers.map((n) => this.ledger.latest(n)).filter((job) => job !== undefined);
    await Promise.all(jobs.filter(isFoundAsItself).map((job) => this.cancelOne(job)));
  }

  /** What recurs goes on until it is cancelled. */
  async cancelRecurring(): Promise<void> {
    for (const job of this.ledger.jobs) {
      if (!job.isWritten || !job.conduct.recurs || job.wasCancelled) continue;
      await this.cancelOne(job);
    }
  }

  private async cancelOne(job: TrackedJob): Promise<void> {
    if (!(await this.handleOf(job).cancel())) return this.compareMissed(job);
    if (job.isCancelled) this.ledger.note(`${job} was cancelled twice`);
    job.wasCancelled = true;
  }

  /** What there was nothing to cancel of has ended, or is yet to be enqueued. */
  private async compareMissed({ job, plan, parent, conduct, isCancelled, isWritten }: TrackedJob): Promise<void> {
    const { state } = await job!.status();
    if (parent === undefined && HELD.has(state))
      this.ledger.note(`there was nothing to cancel of job ${job!.id}, which is ${state}`);
    if (isWritten && conduct.recurs && !isCancelled && !this.ledger.purged.has(plan.channel))
      this.ledger.note(`job ${job!.id} recurs, and there was nothing to cancel`);
  }

  /** Lets some time pass, in which something may begin. */
  private async look(): Promise<void> {
    for (let count = 0; count < TURNS; count += 1) await turn();
  }

  /** One who knows only where the result of a follower goes finds it by that. */
  private handleOf({ plan, job, bucketId }: TrackedJob): Job {
    return plan.identity === 'named' ? (this.world.observer.job(TOPIC, { id: bucketId }) as Job) : job!;
  }

  private channel(n: number) {
    return this.world.observer.channel(this.world.channels[n]!);
  }
}

/** A handle of one that is yet to be delegated to finds, by their result, the one that may delegate to it. */
function isFoundAsItself({ job, plan, runs, companions }: TrackedJob): boolean {
  if (plan.identity === 'delegated') return runs > 0 || companions?.isCommitted === true;
  return job !== undefined;
}
