import { setImmediate as turn } from 'node:timers/promises';
import type { Plan } from '../plan/plan.js';
import type { Action } from '../plan/step.js';
import type { World } from '../worlds/world.js';
import { Administration } from './administration.js';
import { Checkpoint } from './checkpoint.js';
import { Client } from './client.js';
import { SimulatedWorkers } from './simulated-workers.js';
import { enqueueAgain } from './enqueue-again.js';
import { expectedBuckets } from './expected-buckets.js';
import { Ledger } from './ledger.js';
import { Quiescence } from './quiescence.js';
import { replay } from './replay.js';
import { makeRoots } from './roots.js';
import { StalledWorker } from './stalled.js';
import { Work } from './work.js';

/** The workers start before the first step of another type. So the stalled worker gets messages, and the broker may be full. */
const BEFORE_WORK: ReadonlySet<Action['type']> = new Set(['enqueue', 'take', 'fill']);

/** Runs a plan to its end. Returns the differences from the prediction. */
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
  private readonly workers: SimulatedWorkers;

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
  ) {
    this.ledger = new Ledger(makeRoots(plan, world));
    this.client = new Client(world, this.ledger);
    this.administration = new Administration(world, this.ledger);
    this.stalled = new StalledWorker(world, this.ledger);
    this.workers = new SimulatedWorkers(world, new Work(plan, world, this.ledger, () => this.workers.replace()));
  }

  async run(): Promise<readonly string[]> {
    await this.world.client.connect();
    await this.world.observer.connect();
    for (const { turns, action } of this.plan.steps) {
      for (let count = 0; count < turns; count += 1) await turn();
      await this.perform(action);
    }
    await this.end();
    return this.ledger.findings;
  }

  async leave(): Promise<void> {
    await this.workers.leave();
    await this.stalled.close();
  }

  private async perform(action: Action): Promise<void> {
    if (!BEFORE_WORK.has(action.type)) this.startWork();
    switch (action.type) {
      case 'enqueue':
        return this.enqueue(action);
      case 'take':
        return this.stalled.take(action.count);
      case 'cancel':
        return this.administration.cancel(action.jobs);
      case 'pause':
        return this.administration.pauseTimes(action.times, action.channel);
      case 'resume':
      case 'purge':
        return this.administration[action.type](action.channel);
      case 'wait':
        return this.quiesce();
      case 'replay':
        return this.whileQuiet(() => replay(action, this.plan, this.world, this.ledger));
      case 'enqueue again':
        return this.whileQuiet(() => enqueueAgain(this.ledger.roots[action.job]!, this.ledger, this.client));
      case 'fill':
        return this.client.fill();
    }
  }

  private startWork(): void {
    this.workers.start(this.plan.workers.strikes);
  }

  private async enqueue({ jobs, isTogether, conflicts }: Extract<Action, { type: 'enqueue' }>): Promise<void> {
    const roots = this.ledger.roots;
    const channels = new Set(conflicts.map(({ job }) => roots[job]!.plan.channel));
    const paused = [...channels].filter((channel) => !this.ledger.paused.has(channel));
    for (const channel of paused) await this.administration.pause(channel);
    await this.client.enqueue(
      jobs.map((n) => roots[n]!),
      isTogether,
    );
    for (const conflict of conflicts) await this.client.refuse(conflict, roots[conflict.job]!);
    for (const channel of paused) await this.administration.resume(channel);
  }

  private async whileQuiet(action: () => Promise<void>): Promise<void> {
    await this.quiesce();
    await action();
    await this.quiesce();
  }

  private async quiesce(): Promise<void> {
    this.startWork();
    await this.client.makeRoom();
    await this.administration.resumeAll();
    await new Quiescence(this.plan, this.world, this.ledger).wait();
    await new Checkpoint(this.plan, this.world, this.ledger).pass();
  }

  private async end(): Promise<void> {
    await this.quiesce();
    await this.administration.cancelRecurring();
    await this.quiesce();
    for (const channel of this.failedRecurring())
      await this.perform({ type: 'replay', channel, withDependents: false });
    await this.workers.leave();
    await this.stalled.settleLate();
    await this.stalled.close();
    this.ledger.findings.push(...(await this.world.leftovers(expectedBuckets(this.ledger, this.world))));
  }

  /** Returns the channels of recurring jobs that failed. After a replay these jobs do not recur. */
  private failedRecurring(): ReadonlySet<number> {
    const failed = this.plan.jobs.filter(({ behaviour }) => behaviour.recurs && behaviour.failures > 0);
    return new Set(failed.map(({ channel }) => channel));
  }
}
