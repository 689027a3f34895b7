import type { Condition } from '@repid/core';
import { FAULT_MOMENTS } from '@repid/core/testing';
import * as fc from 'fast-check';
import { type JobPlan, Plan, type WritePlan } from './plan.js';

const LARGEST = 60;
const CONDITIONS: readonly Condition[] = ['success', 'success', 'success', 'settled', 'settled', 'failure'];

const rawJob = fc.record({
  /** How far back the dependencies lie. */
  dependsOn: fc.array(fc.record({ back: fc.nat(LARGEST), condition: fc.constantFrom(...CONDITIONS) }), {
    maxLength: 4,
  }),
  failures: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  ),
  retries: fc.integer({ min: 0, max: 2 }),
  /** Whether another's actor enqueues it, and which. */
  parent: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(LARGEST) }),
  /** Which write it is in, and where. */
  write: fc.nat(4),
  place: fc.nat(LARGEST),
  isCancelled: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const rawWrite = fc.record({ asGraph: fc.boolean(), taken: fc.nat(3), isAwaited: fc.boolean() });

const strike = fc.record({
  call: fc.constantFrom('settle' as const, 'settle' as const, 'get' as const, 'receive' as const, 'extend' as const),
  moment: fc.constantFrom(...FAULT_MOMENTS),
  skip: fc.nat(20),
  fatal: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

type RawJob = typeof rawJob extends fc.Arbitrary<infer Raw> ? Raw : never;
type RawWrite = typeof rawWrite extends fc.Arbitrary<infer Raw> ? Raw : never;

/** Graphs of up to 60 jobs, and what happens to them. */
export const plans: fc.Arbitrary<Plan> = fc
  .record({
    jobs: fc.array(rawJob, { minLength: 1, maxLength: LARGEST, size: 'max' }),
    writes: fc.array(rawWrite, { minLength: 5, maxLength: 5 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
    strikes: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(strike, { maxLength: 3 }) },
    ),
  })
  .map(({ jobs, writes, concurrency, strikes }) => {
    const planned = planJobs(jobs);
    return new Plan(planned, planWrites(jobs, planned, writes), concurrency, strikes);
  });

function planJobs(raw: readonly RawJob[]): JobPlan[] {
  const jobs: JobPlan[] = [];
  raw.forEach(({ dependsOn, parent, failures, retries }, n) => {
    const own = parent === undefined || n === 0 ? undefined : before(n, parent);
    const waits = new Map(dependsOn.map(({ back, condition }) => [before(n, back), condition]));
    // What an actor enqueues may never come: only what comes with it may wait for it.
    const known = [...waits].filter(([on]) => n > 0 && (jobs[on]!.parent === undefined || jobs[on]!.parent === own));
    jobs.push({ failures, retries, parent: own, dependsOn: known.map(([on, condition]) => ({ on, condition })) });
  });
  return jobs;
}

function before(n: number, back: number): number {
  return n === 0 ? 0 : n - 1 - (back % n);
}

function planWrites(raw: readonly RawJob[], jobs: readonly JobPlan[], writes: readonly RawWrite[]): WritePlan[] {
  const numbers = raw.map((_, n) => n).filter((n) => jobs[n]!.parent === undefined);
  return writes
    .map((write, w) => {
      const own = numbers.filter((n) => raw[n]!.write === w).toSorted((a, b) => raw[a]!.place - raw[b]!.place || a - b);
      return { ...write, jobs: own, cancels: own.filter((n) => raw[n]!.isCancelled) };
    })
    .filter((write) => write.jobs.length > 0);
}
