import { setImmediate as turn } from 'node:timers/promises';
import type { Plan } from '../plan/plan.js';
import type { Act } from '../plan/step.js';
import type { World } from '../worlds/world.js';
import { Administration } from './administration.js';
import { Checkpoint } from './checkpoint.js';
import { Client } from './client.js';
import { Crew } from './crew.js';
import { enqueueAgain } from './enqueue-again.js';
import { expectedBuckets } from './expected-buckets.js';
import { Ledger } from './ledger.js';
import { Quiescence } from './quiescence.js';
import { replay } from './replay.js';
import { makeRoots } from './roots.js';
import { StalledWorker } from './stalled.js';
import { Work } from './work.js';

/** What is done at first is done before anybody works: then others than the workers get some messages, and workers start on a full broker. */
const BEFORE_WORK: ReadonlySet<Act['type']> = new Set(['enqueue', 'take', 'fill']);

/** Carries a plan out to its end, and tells what is not as the model says. */
export async function simulate(plan: Plan, world: World): Promise<readonly string[]> {
  const simulation = new Simulation(plan, world);
  try {
    return await simulation.run();
  } finally {
    await simulation.leave();
  }
}

class Simulation {
  private readonly ledger: Ledger;
  private readonly client: Client;
  private readonly administration: Administration;
  private readonly stalled: StalledWorker;
  private readonly crew: Crew;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
  ) {
    this.ledger = new Ledger(makeRoots(plan, world));
    this.client = new Client(world, this.ledger);
    this.administration = new Administration(world, this.ledger);
    this.stalled = new StalledWorker(world, this.ledger);
    this.crew = new Crew(world, new Work(plan, world, this.ledger, () => this.crew.replace()));
  }

  async run(): Promise<readonly string[]> {
    await this.world.client.connect();
    await this.world.observer.connect();
    for (const { turns, act } of this.plan.steps) {
      for (let count = 0; count < turns; count += 1) await turn();
      await this.perform(act);
    }
    await this.end();
    return this.ledger.findings;
  }

  async leave(): Promise<void> {
    await this.crew.leave();
    await this.stalled.close();
  }

  private async perform(act: Act): Promise<void> {
    if (!BEFORE_WORK.has(act.type)) this.startWork();
    switch (act.type) {
      case 'enqueue':
        return this.enqueue(act);
      case 'take':
        return this.stalled.take(act.count);
      case 'cancel':
        return this.administration.cancel(act.jobs);
      case 'pause':
        return this.administration.pauseTimes(act.times, act.channel);
      case 'resume':
      case 'purge':
        return this.administration[act.type](act.channel);
      case 'wait':
        return this.quiesce();
      case 'replay':
        return this.whileQuiet(() => replay(act, this.plan, this.world, this.ledger));
      case 'enqueue again':
        return this.whileQuiet(() => enqueueAgain(this.ledger.roots[act.job]!, this.ledger, this.client));
      case 'fill':
        return this.client.fill();
    }
  }

  private startWork(): void {
    this.crew.start(this.plan.workers.strikes);
  }

  private async enqueue({ jobs, isTogether, rivals }: Extract<Act, { type: 'enqueue' }>): Promise<void> {
    const roots = this.ledger.roots;
    const channels = new Set(rivals.map(({ job }) => roots[job]!.plan.channel));
    const paused = [...channels].filter((channel) => !this.ledger.paused.has(channel));
    for (const channel of paused) await this.administration.pause(channel);
    await this.client.enqueue(
      jobs.map((n) => roots[n]!),
      isTogether,
    );
    for (const rival of rivals) await this.client.refuse(rival, roots[rival.job]!);
    for (const channel of paused) await this.administration.resume(channel);
  }

  private async whileQuiet(act: () => Promise<void>): Promise<void> {
    await this.quiesce();
    await act();
    await this.quiesce();
  }

  private async quiesce(): Promise<void> {
    this.startWork();
    await this.client.makeRoom();
    await this.administration.resumeAll();
    await new Quiescence(this.plan, this.world, this.ledger).come();
    await new Checkpoint(this.plan, this.world, this.ledger).pass();
  }

  private async end(): Promise<void> {
    await this.quiesce();
    await this.administration.cancelRecurring();
    await this.quiesce();
    for (const channel of this.failedRecurring())
      await this.perform({ type: 'replay', channel, withDependents: false });
    await this.crew.leave();
    await this.stalled.settleLate();
    await this.stalled.close();
    this.ledger.findings.push(...(await this.world.leftovers(expectedBuckets(this.ledger, this.world))));
  }

  /** The channels of jobs that recurred and failed: put back, they do not recur. */
  private failedRecurring(): ReadonlySet<number> {
    const failed = this.plan.jobs.filter(({ conduct }) => conduct.recurs && conduct.failures > 0);
    return new Set(failed.map(({ channel }) => channel));
  }
}
