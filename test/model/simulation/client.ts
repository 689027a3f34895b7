import { setImmediate as turn } from 'node:timers/promises';
import { BrokerUnavailableError, DuplicateJobError, type Job } from '@repid/core';
import type { IdConflict } from '../plan/step.js';
import { CHANNELS } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import { bareMessages, TOPIC } from './job-factory.js';
import type { Ledger } from './ledger.js';
import type { TrackedJob } from './tracked-job.js';

/** More than the faults of any plan. */
const MOST_TRIES = 5;

/** Enqueues jobs and checks the outcome. */
export class Client {
  private isFull = false;

  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Makes the broker refuse writes. */
  async fill(): Promise<void> {
    if (!this.world.fill) return;
    await this.world.fill();
    this.isFull = true;
  }

  async makeRoom(): Promise<void> {
    if (this.isFull) await this.world.makeRoom!();
    this.isFull = false;
  }

  async enqueue(jobs: readonly TrackedJob[], isTogether: boolean): Promise<void> {
    const real = jobs.filter(({ job }) => job !== undefined);
    const bare = jobs.filter(({ job }) => job === undefined);
    for (const job of jobs) job.isWritten = true;
    if (isTogether) await Promise.all([this.enqueueAll(real), this.send(bare)]);
    else for (const job of jobs) await (job.job ? this.enqueueAll([job]) : this.send([job]));
  }

  /** Enqueues all jobs or none. Repeats a call that failed. */
  async enqueueAll(jobs: readonly TrackedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const all = jobs.map(({ job }) => job!);
    await this.insist(
      () => (all.length === 1 ? all[0]!.enqueue() : this.world.client.enqueue(all)),
      () => this.checkAbsence(jobs),
    );
  }

  /** Tries to enqueue a job with an id that is in use, and checks that it is refused. */
  async refuse({ asksFor }: IdConflict, job: TrackedJob): Promise<void> {
    const problem = await this.conflict(asksFor, job)
      .enqueue()
      .catch((error: unknown) => error);
    if (problem instanceof DuplicateJobError) this.checkRefusal(problem, asksFor, job);
    else this.ledger.note(`a conflict with ${asksFor} of ${job} resulted in ${describe(problem)}`);
  }

  private conflict(asksFor: IdConflict['asksFor'], { n, job, plan }: TrackedJob): Job {
    const { observer, channels, name } = this.world;
    const [id, own] = [job!.id, `${name}.conflict.${n}`];
    const other = channels[(plan.channel + 1) % CHANNELS]!;
    const here = channels[plan.channel]!;
    switch (asksFor) {
      case 'its id':
        return observer.job(TOPIC, { id, channel: here, args: { n: -1 } }) as Job;
      case 'its id on another channel':
        return observer.job(TOPIC, { id, channel: other, args: { n: -1 } }) as Job;
      case 'its result bucket':
        return observer.job(TOPIC, { id: own, resultId: id, channel: other, args: { n: -1 } }) as Job;
      case 'its id for arguments':
        return observer.job(TOPIC, { argsId: id, channel: other, args: { n: -1 } }) as Job;
    }
  }

  private checkRefusal(
    { takenBy }: DuplicateJobError,
    asksFor: IdConflict['asksFor'],
    { plan, job, n }: TrackedJob,
  ): void {
    const channel = this.world.channels[plan.channel];
    if (takenBy === 'result' && asksFor === 'its id for arguments') return;
    if (typeof takenBy !== 'object' || takenBy.channel !== channel || takenBy.jobId !== job!.id)
      this.ledger.note(`a conflict with job ${n} names the owner ${JSON.stringify(takenBy)}`);
  }

  private async send(jobs: readonly TrackedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const messages = bareMessages(jobs, this.world);
    await this.insist(() => this.world.observer.producer.publish(messages));
  }

  private async insist(action: () => Promise<unknown>, onRefused?: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await action();
        if (this.isFull) this.ledger.note('a full broker has taken what was enqueued');
        return;
      } catch (error) {
        if (!(error instanceof BrokerUnavailableError) || tries === MOST_TRIES) throw error;
        if (this.isFull) await this.afterRefusal(onRefused);
        await turn(); // Calls in progress reach the broker.
      }
    }
  }

  /** Checks that the full broker has stored nothing of the refused call. */
  private async afterRefusal(onRefused: (() => Promise<void>) | undefined): Promise<void> {
    await onRefused?.();
    await this.makeRoom();
  }

  private async checkAbsence(jobs: readonly TrackedJob[]): Promise<void> {
    for (const job of jobs) {
      const { state } = await job.job!.status();
      if (this.isFull && job.restarts === 0 && state !== 'unknown')
        this.ledger.note(`${job} was refused by a full broker and is ${state}`);
    }
  }
}

function describe(outcome: unknown): string {
  return outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : 'no error';
}
