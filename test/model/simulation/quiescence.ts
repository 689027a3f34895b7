import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import { CompletionCheck } from './completion-check.js';
import type { Ledger } from './ledger.js';
import { statesOf } from './observe.js';
import type { TrackedJob } from './tracked-job.js';

/** Consecutive checks that must find nothing running: one check may miss a job that moves between two channels. */
const IDLE_CHECKS = 3;

/** The states of jobs that have not ended. */
export const HELD: ReadonlySet<string> = new Set(['waiting', 'delayed', 'queued', 'running']);

/** Waits until every job that can end has ended, and nothing runs. */
export class Quiescence {
  private isOver = false;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Rejects after the time limit, with the jobs that have not ended. */
  async wait(): Promise<void> {
    try {
      await this.results();
      await this.world.until(this.idle());
    } catch (error) {
      throw new Error(`${(error as Error).message} ${await this.describe()}`, { cause: error });
    } finally {
      this.isOver = true;
    }
  }

  private async results(): Promise<void> {
    const completion = new CompletionCheck(this.plan, this.ledger);
    for (const job of this.ledger.jobs) if (await this.willHaveResult(job, completion)) await this.result(job);
  }

  /** True if the job will certainly have a result. */
  private async willHaveResult(
    { job, n, plan, parent, isOngoing }: TrackedJob,
    completion: CompletionCheck,
  ): Promise<boolean> {
    if (!job || isOngoing || plan.identity === 'delegated' || !completion.canEnd(n)) return false;
    return parent === undefined || (await job.status()).state !== 'unknown';
  }

  private async result({ job }: TrackedJob): Promise<void> {
    await this.world.until(job!.waitForResult({ timeout: this.world.timeout }));
  }

  private async idle(): Promise<void> {
    const { pollInterval } = this.world.times;
    for (let idleChecks = 0; idleChecks < IDLE_CHECKS && !this.isOver;) {
      idleChecks = (await this.isIdle()) ? idleChecks + 1 : 0;
      await (pollInterval === 0 ? turn() : sleep(pollInterval));
    }
  }

  /** True if only the next occurrences of recurring jobs are left. */
  private async isIdle(): Promise<boolean> {
    const { observer, channels } = this.world;
    const recurring = await this.recurring();
    const all = await Promise.all(channels.map((channel) => observer.channel(channel).stats()));
    return all.every(({ queued, running, delayed }, n) => queued + running === 0 && delayed <= recurring[n]!);
  }

  /** Returns the number of recurring jobs on each channel. */
  private async recurring(): Promise<number[]> {
    const counts = this.world.channels.map(() => 0);
    for (const { plan, behaviour, isWritten, job } of this.ledger.jobs)
      if (isWritten && behaviour.recurs && (await job!.status()).state !== 'cancelled') counts[plan.channel]! += 1;
    return counts;
  }

  private async describe(): Promise<string> {
    const { observer, channels } = this.world;
    const states = await statesOf(this.ledger);
    const open = [...states].filter(([job, state]) => HELD.has(state) && !job.isOngoing);
    const jobs = open.map(([job, state]) => `${job} is ${state}`);
    const stats = await Promise.all(channels.map((channel) => observer.channel(channel).stats()));
    return [...this.ledger.findings, ...jobs, JSON.stringify(stats)].join('\n');
  }
}
