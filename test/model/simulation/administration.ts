import { setImmediate as turn } from 'node:timers/promises';
import type { Job } from '@repid/core';
import type { World } from '../worlds/world.js';
import { TOPIC } from './job-factory.js';
import type { Ledger } from './ledger.js';
import { HELD } from './quiescence.js';
import type { TrackedJob } from './tracked-job.js';

/** Event loop turns between a pause and the next call. */
const TURNS = 4;

/** Pauses, resumes and purges channels, cancels jobs, and checks the outcome. */
export class Administration {
  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** After this resolves, no job of the channel may start. */
  async pause(channel: number): Promise<void> {
    await this.channel(channel).pause();
    this.ledger.paused.add(channel);
  }

  /** Pauses the channel `times` times and resumes it in between, so that workers are about to start jobs. */
  async pauseTimes(times: number, channel: number): Promise<void> {
    for (let count = 1; count < times; count += 1) {
      await this.pause(channel);
      await this.letTimePass();
      await this.resume(channel);
      await this.letTimePass();
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

  /** Cancels all recurring jobs. Otherwise they would never end. */
  async cancelRecurring(): Promise<void> {
    for (const job of this.ledger.jobs) {
      if (!job.isWritten || !job.behaviour.recurs || job.wasCancelled) continue;
      await this.cancelOne(job);
    }
  }

  private async cancelOne(job: TrackedJob): Promise<void> {
    if (!(await this.handleOf(job).cancel())) return this.compareMissed(job);
    if (job.isCancelled) this.ledger.note(`${job} was cancelled twice`);
    job.wasCancelled = true;
  }

  /** If `cancel()` finds no job, the job has ended or is not enqueued yet. */
  private async compareMissed({ job, plan, parent, behaviour, isCancelled, isWritten }: TrackedJob): Promise<void> {
    const { state } = await job!.status();
    if (parent === undefined && HELD.has(state))
      this.ledger.note(`there was nothing to cancel of job ${job!.id}, which is ${state}`);
    if (isWritten && behaviour.recurs && !isCancelled && !this.ledger.purged.has(plan.channel))
      this.ledger.note(`job ${job!.id} recurs, and there was nothing to cancel`);
  }

  /** Gives workers time to start jobs. */
  private async letTimePass(): Promise<void> {
    for (let count = 0; count < TURNS; count += 1) await turn();
  }

  /** A named follower is found by the id of its result bucket. */
  private handleOf({ plan, job, bucketId }: TrackedJob): Job {
    return plan.identity === 'named' ? (this.world.observer.job(TOPIC, { id: bucketId }) as Job) : job!;
  }

  private channel(n: number) {
    return this.world.observer.channel(this.world.channels[n]!);
  }
}

/** Before a delegation is committed, a handle of the delegated job finds the parent, because they share a result bucket. */
function isFoundAsItself({ job, plan, runs, companions }: TrackedJob): boolean {
  if (plan.identity === 'delegated') return runs > 0 || companions?.isCommitted === true;
  return job !== undefined;
}
