import type { Job } from '@repid/core';
import type { World } from '../worlds/world.js';
import { TOPIC } from './job-factory.js';
import type { Ledger } from './ledger.js';
import type { TrackedJob } from './tracked-job.js';

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
    const jobs = numbers.map((n) => this.ledger.latest(n)).filter((job) => job?.job !== undefined);
    await Promise.all(jobs.map((job) => this.cancelOne(job!)));
  }

  /** What recurs goes on until it is cancelled. */
  async cancelRecurring(): Promise<void> {
    for (const job of this.ledger.jobs) {
      if (!job.isWritten || !job.conduct.recurs || job.wasCancelled) continue;
      await this.cancelOne(job);
    }
  }

  private async cancelOne(job: TrackedJob): Promise<void> {
    const wasCancelled = await this.handleOf(job).cancel();
    if (wasCancelled && job.isCancelled) this.ledger.note(`${job} was cancelled twice`);
    if (wasCancelled) job.wasCancelled = true;
    else if (job.isWritten && job.conduct.recurs && !job.isCancelled && !this.ledger.purged.has(job.plan.channel))
      this.ledger.note(`${job} recurs, and there was nothing to cancel`);
  }

  /** One who knows only where the result of a follower goes finds it by that. */
  private handleOf({ plan, job, bucketId }: TrackedJob): Job {
    return plan.identity === 'named' ? (this.world.observer.job(TOPIC, { id: bucketId }) as Job) : job!;
  }

  private channel(n: number) {
    return this.world.observer.channel(this.world.channels[n]!);
  }
}
