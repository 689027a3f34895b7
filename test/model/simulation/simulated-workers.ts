import { Router, Worker } from '@repid/core';
import type { StrikePlan } from '../plan/plan.js';
import type { World } from '../worlds/world.js';
import type { Work } from './work.js';

/** The workers of a plan. A worker that a job killed is replaced; a worker that a fault killed is not. */
export class SimulatedWorkers {
  private readonly workers: Worker[] = [];
  private isLeaving = false;

  constructor(
    private readonly world: World,
    private readonly work: Work,
  ) {}

  /** Starts two workers, the first one with faults. */
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
    worker.run().catch(() => undefined); // A fault may have killed it.
  }
}
