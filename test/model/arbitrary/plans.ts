import { FAULT_MOMENTS } from '@repid/core/testing';
import * as fc from 'fast-check';
import { ENOUGH_DELIVERIES, Plan, type StrikePlan } from '../plan/plan.js';
import { planJobs } from './plan-jobs.js';
import { planSteps } from './plan-steps.js';
import { MOST_JOBS, rawJob } from './raw-job.js';
import { firstStep, rawStep, rawStepWhereFull } from './raw-step.js';

/** Most plans are small: they find the same bugs in less time. */
const SMALL = 12;

const strike = fc.record({
  call: fc.constantFrom('settle' as const, 'settle' as const, 'get' as const, 'receive' as const, 'extend' as const),
  moment: fc.constantFrom(...FAULT_MOMENTS),
  skip: fc.nat(20),
  fatal: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const clientStrike = fc.record({
  call: fc.constant('publish' as const),
  moment: fc.constantFrom(...FAULT_MOMENTS),
  skip: fc.nat(6),
  fatal: fc.constant(false),
});

/** How the workers of a plan fail: not at all, by lost calls, or by jobs that kill their worker. */
const failureMode = fc.oneof(
  { weight: 4, arbitrary: fc.constant('none' as const) },
  { weight: 2, arbitrary: fc.constant('strikes' as const) },
  { weight: 1, arbitrary: fc.constant('kills' as const) },
);

const workers = fc.record({
  concurrency: fc.integer({ min: 1, max: 6 }),
  actorConcurrency: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
  ),
  strikes: fc.array(strike, { minLength: 1, maxLength: 3 }),
  /** Used if jobs kill their worker. Otherwise the limit is higher than any plan needs. */
  maxDeliveries: fc.integer({ min: 2, max: 3 }),
  hasBadListener: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** Which plans to generate. */
export interface PlansOptions {
  /** The broker may be full at times. @default false */
  readonly canBeFull?: boolean;
}

/** Generates graphs of up to 60 jobs, and the steps of a simulation. */
export function plans({ canBeFull = false }: PlansOptions = {}): fc.Arbitrary<Plan> {
  return fc
    .record({
      jobs: fc.oneof({ weight: 3, arbitrary: jobsUpTo(SMALL) }, { weight: 1, arbitrary: jobsUpTo(MOST_JOBS) }),
      first: firstStep,
      rest: fc.array(canBeFull ? rawStepWhereFull : rawStep, { maxLength: 10 }),
      failureMode,
      workers,
      clientStrikes: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(clientStrike, { minLength: 1, maxLength: 2 }) },
      ),
    })
    .map((drawn) => {
      const mayKill = drawn.failureMode === 'kills';
      const strikes: readonly StrikePlan[] = drawn.failureMode === 'strikes' ? drawn.workers.strikes : [];
      const maxDeliveries = mayKill ? drawn.workers.maxDeliveries : ENOUGH_DELIVERIES;
      const jobs = planJobs(drawn.jobs, { mayKill });
      const steps = planSteps([drawn.first, ...drawn.rest], drawn.jobs, jobs, strikes.length > 0 || mayKill);
      return new Plan(jobs, steps, { ...drawn.workers, strikes, maxDeliveries }, drawn.clientStrikes);
    });
}

function jobsUpTo(maxLength: number) {
  return fc.array(rawJob, { minLength: 1, maxLength, size: 'max' });
}
