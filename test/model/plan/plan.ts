import type { FaultMoment, FaultyCall } from '@repid/core/testing';
import * as fc from 'fast-check';
import { describeJob, type JobPlan } from './job-plan.js';
import { describeStep, type Step } from './step.js';

/** How many channels there are. */
export const CHANNELS = 3;

/** Deaths that a message is allowed where no job kills: more than any plan needs. */
export const ENOUGH_DELIVERIES = 100;

/** What goes wrong in a process. */
export interface StrikePlan {
  readonly call: FaultyCall;
  readonly moment: FaultMoment;
  /** So many calls of this name go well first. */
  readonly skip: number;
  /** The process dies of it. */
  readonly fatal: boolean;
}

/** How two workers work. */
export interface WorkerPlan {
  /** Each has so many messages in flight at most. */
  readonly concurrency: number;
  /** So many runs at once of the actor of one channel. */
  readonly actorConcurrency: number | undefined;
  /** Deaths that a message is allowed. */
  readonly maxDeliveries: number;
  /** What goes wrong in the first one's process. */
  readonly strikes: readonly StrikePlan[];
  /** Whoever is told of their events throws. */
  readonly hasBadListener: boolean;
}

/** What happens, one thing after the other. */
export class Plan {
  constructor(
    readonly jobs: readonly JobPlan[],
    readonly steps: readonly Step[],
    readonly workers: WorkerPlan,
    /** What goes wrong with the client's calls of `publish`, which it repeats. */
    readonly clientStrikes: readonly StrikePlan[],
  ) {}

  /** True where a message may be run again although nothing in it fails: its worker was lost. */
  get losesWorkers(): boolean {
    const { strikes } = this.workers;
    return strikes.length > 0 || this.jobs.some(({ conduct }) => conduct.trouble === 'kills');
  }

  /** For counterexamples. */
  toString(): string {
    const jobs = this.jobs.map((job, n) => `  ${describeJob(job, n)}`);
    const steps = this.steps.map((step) => `  ${describeStep(step)}`);
    const strikes = this.workers.strikes.map((strike) => `  in a worker, ${describeStrike(strike)}`);
    const clientStrikes = this.clientStrikes.map((strike) => `  in the client, ${describeStrike(strike)}`);
    return ['', ...jobs, describeWorkers(this.workers), ...strikes, ...clientStrikes, ...steps, ''].join('\n');
  }

  [fc.toStringMethod](): string {
    return this.toString();
  }
}

function describeWorkers({ concurrency, actorConcurrency, maxDeliveries, hasBadListener }: WorkerPlan): string {
  return [
    `workers with concurrency ${concurrency}`,
    actorConcurrency !== undefined && `${actorConcurrency} of each actor`,
    `${maxDeliveries} deliveries`,
    hasBadListener && 'a listener that throws',
  ]
    .filter(Boolean)
    .join(', ');
}

function describeStrike({ call, moment, skip, fatal }: StrikePlan): string {
  return `${call} number ${skip + 1} fails ${moment} it is done${fatal ? ', and it dies' : ''}`;
}
