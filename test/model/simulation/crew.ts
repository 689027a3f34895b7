import { Router, Worker } from '@repid/core';
import type { StrikePlan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import type { Work } from './work.js';

/** The workers of a plan. One that was killed is replaced; one that has died otherwise is not. */
export class Crew {
  private readonly workers: Worker[] = [];
  private isLeaving = false;

  constructor(
    private readonly world: World,
    private readonly work: Work,
  ) {}

  /** Things go wrong in the first. */
  start(strikes: readonly StrikePlan[]): void {
    if (this.workers.length > 0) return;
    this.add(strikes);
    this.add([]);
  }

  replace(): void {
    if (!this.isLeaving) this.add([]);
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  private add(strikes: readonly StrikePlan[]): void {
    const process = this.world.startProcess(strikes);
    const worker = new Worker(process.repid.producer, new Router(this.work.actors(process)), this.work.workerOptions);
    this.workers.push(worker);
    worker.run().catch(() => undefined); // A strike may have killed it.
  }
}
