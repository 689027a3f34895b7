import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import { Endings } from './endings.js';
import type { Ledger } from './ledger.js';
import { statesOf } from './observe.js';
import type { TrackedJob } from './tracked-job.js';

/** How often it is looked in a row that nothing goes on: between two channels a job may have hidden from one look. */
const LOOKS = 3;

/** Where jobs are that have not ended. */
export const HELD: ReadonlySet<string> = new Set(['waiting', 'delayed', 'queued', 'running']);

/** Waits until everything has ended that can, and nothing goes on any more. */
export class Quiescence {
  private isOver = false;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Rejects where it does not come, and says where it hangs. */
  async come(): Promise<void> {
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
    const endings = new Endings(this.plan, this.ledger);
    for (const job of this.ledger.jobs) if (await this.comes(job, endings)) await this.result(job);
  }

  /** True where its result is sure to come. */
  private async comes({ job, n, plan, parent, isRestless }: TrackedJob, endings: Endings): Promise<boolean> {
    if (!job || isRestless || plan.identity === 'delegated' || !endings.canEnd(n)) return false;
    return parent === undefined || (await job.status()).state !== 'unknown';
  }

  private async result({ job }: TrackedJob): Promise<void> {
    await this.world.until(job!.waitForResult({ timeout: this.world.timeout }));
  }

  private async idle(): Promise<void> {
    const { pollInterval } = this.world.times;
    for (let looks = 0; looks < LOOKS && !this.isOver;) {
      looks = (await this.isIdle()) ? looks + 1 : 0;
      await (pollInterval === 0 ? turn() : sleep(pollInterval));
    }
  }

  /** Nothing is due, or will be, but the next occurrences of what recurs. */
  private async isIdle(): Promise<boolean> {
    const { observer, channels } = this.world;
    const recurring = await this.recurring();
    const all = await Promise.all(channels.map((channel) => observer.channel(channel).stats()));
    return all.every(({ queued, running, delayed }, n) => queued + running === 0 && delayed <= recurring[n]!);
  }

  /** How many jobs recur on each channel. */
  private async recurring(): Promise<number[]> {
    const counts = this.world.channels.map(() => 0);
    for (const { plan, conduct, isWritten, job } of this.ledger.jobs)
      if (isWritten && conduct.recurs && (await job!.status()).state !== 'cancelled') counts[plan.channel]! += 1;
    return counts;
  }

  private async describe(): Promise<string> {
    const { observer, channels } = this.world;
    const states = await statesOf(this.ledger);
    const open = [...states].filter(([job, state]) => HELD.has(state) && !job.isRestless);
    const jobs = open.map(([job, state]) => `${job} is ${state}`);
    const stats = await Promise.all(channels.map((channel) => observer.channel(channel).stats()));
    return [...this.ledger.findings, ...jobs, JSON.stringify(stats)].join('\n');
  }
}
