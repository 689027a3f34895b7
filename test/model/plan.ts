import type { Condition } from '@repid/core';
import type { FaultMoment, FaultyCall } from '@repid/core/testing';
import * as fc from 'fast-check';

/** A job of a random graph. Jobs are known by their number; each depends on lower ones alone. */
export interface JobPlan {
  readonly dependsOn: readonly { readonly on: number; readonly condition: Condition }[];
  /** So many runs fail, the first ones; Infinity for all. */
  readonly failures: number;
  readonly retries: number;
  /** The job whose actor enqueues it. */
  readonly parent: number | undefined;
}

/** One write of the client. */
export interface WritePlan {
  /** In the order in which they are given. */
  readonly jobs: readonly number[];
  /** All in one write, or each in one of its own. */
  readonly asGraph: boolean;
  /** The client tries to cancel these afterwards. */
  readonly cancels: readonly number[];
  /** A worker that never settles takes so many messages afterwards. */
  readonly taken: number;
  /** The client goes on only when all has ended that can. */
  readonly isAwaited: boolean;
}

/** What goes wrong in the first worker's process. */
export interface StrikePlan {
  readonly call: FaultyCall;
  readonly moment: FaultMoment;
  /** So many calls of this name go well first. */
  readonly skip: number;
  /** The process dies of it. */
  readonly fatal: boolean;
}

/** What happens, one thing after the other. */
export class Plan {
  constructor(
    readonly jobs: readonly JobPlan[],
    readonly writes: readonly WritePlan[],
    /** Two workers, each with so many messages in hand at most. */
    readonly concurrency: number,
    readonly strikes: readonly StrikePlan[],
  ) {}

  /** For counterexamples. */
  toString(): string {
    const jobs = this.jobs.map((job, n) => `  ${describeJob(job, n)}`);
    const writes = this.writes.map((write) => `  ${describeWrite(write)}`);
    const strikes = this.strikes.map((strike) => `  ${describeStrike(strike)}`);
    return ['', ...jobs, `workers with concurrency ${this.concurrency}`, ...strikes, ...writes, ''].join('\n');
  }

  [fc.toStringMethod](): string {
    return this.toString();
  }
}

function describeJob({ dependsOn, failures, retries, parent }: JobPlan, n: number): string {
  const after = dependsOn.map(({ on, condition }) => `${condition} of ${on}`).join(', ');
  return [
    `job ${n}`,
    after && `after ${after}`,
    parent !== undefined && `enqueued by ${parent}`,
    failures > 0 && `fails ${failures} times with ${retries} retries`,
  ]
    .filter(Boolean)
    .join('; ');
}

function describeStrike({ call, moment, skip, fatal }: StrikePlan): string {
  return `${call} number ${skip + 1} of the first fails ${moment} it is done${fatal ? ', and it dies' : ''}`;
}

function describeWrite({ jobs, asGraph, cancels, taken, isAwaited }: WritePlan): string {
  return [
    `enqueue ${jobs.join(' ')}${asGraph ? ' together' : ''}`,
    cancels.length > 0 && `cancel ${cancels.join(' ')}`,
    taken > 0 && `take ${taken} and vanish`,
    isAwaited && 'wait',
  ]
    .filter(Boolean)
    .join('; ');
}
