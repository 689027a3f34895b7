import type { FaultMoment, FaultyCall } from '@repid/core/testing';
import * as fc from 'fast-check';
import { describeJob, type JobPlan } from './job-plan.js';
import { describeStep, type Step } from './step.js';

/** The number of channels. */
export const CHANNELS = 3;

/** `maxDeliveries` if no job kills its worker: more than any plan needs. */
export const ENOUGH_DELIVERIES = 100;

/** A fault in a process. */
export interface StrikePlan {
  readonly call: FaultyCall;
  readonly moment: FaultMoment;
  /** The number of calls that succeed before the fault. */
  readonly skip: number;
  /** The fault kills the process. */
  readonly fatal: boolean;
}

/** How the two workers are configured. */
export interface WorkerPlan {
  /** The maximum number of messages in flight in each worker. */
  readonly concurrency: number;
  /** The maximum number of concurrent runs of each channel's actor. */
  readonly actorConcurrency: number | undefined;
  /** The number of unsettled deliveries after which a message is given up. */
  readonly maxDeliveries: number;
  /** The faults in the first worker's process. */
  readonly strikes: readonly StrikePlan[];
  /** The workers' event listener throws. */
  readonly hasBadListener: boolean;
}

/** A graph of jobs, and the steps of its simulation. */
export class Plan {
  constructor(
    readonly jobs: readonly JobPlan[],
    readonly steps: readonly Step[],
    readonly workers: WorkerPlan,
    /** The faults in the client's `publish` calls. The client repeats failed calls. */
    readonly clientStrikes: readonly StrikePlan[],
  ) {}

  /** True if workers may be lost, so that a message may run again without having failed. */
  get losesWorkers(): boolean {
    const { strikes } = this.workers;
    return strikes.length > 0 || this.jobs.some(({ behaviour }) => behaviour.trouble === 'kills');
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
