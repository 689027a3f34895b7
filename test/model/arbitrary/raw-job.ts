import type { Condition } from '@repid/core';
import * as fc from 'fast-check';

/** The maximum number of jobs in a plan. */
export const MOST_JOBS = 60;

const CONDITIONS: readonly Condition[] = ['success', 'success', 'success', 'settled', 'settled', 'failure'];

const oftenFalse = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

/** The random values for a job, before they are made consistent with the other jobs. */
export const rawJob = fc.record({
  /** Distances from this job back to its dependencies. */
  dependsOn: fc.array(fc.record({ back: fc.nat(MOST_JOBS), condition: fc.constantFrom(...CONDITIONS) }), {
    maxLength: 4,
  }),
  /** Distance back to the job whose actor enqueues this one; undefined if the client enqueues it. */
  parent: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(MOST_JOBS) }),
  rootIdentity: fc.constantFrom('chosen' as const, 'chosen' as const, 'random' as const, 'bare' as const),
  followerIdentity: fc.constantFrom('named' as const, 'derived' as const, 'delegated' as const),
  channel: fc.nat(),
  priority: fc.constantFrom('medium' as const, 'medium' as const, 'high' as const, 'low' as const),
  isDeferred: oftenFalse(12),
  args: fc.constantFrom('message' as const, 'message' as const, 'own bucket' as const, 'named bucket' as const),
  turns: fc.nat(4),
  failures: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  ),
  retries: fc.integer({ min: 0, max: 2 }),
  heals: fc.boolean(),
  hangs: oftenFalse(30),
  kills: oftenFalse(12),
  rescheduled: fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
  ),
  recurs: oftenFalse(20),
  enqueuesLate: oftenFalse(12),
  /** Which `enqueue` step contains the job, and at which position. */
  write: fc.nat(),
  position: fc.nat(MOST_JOBS),
});

export type RawJob = typeof rawJob extends fc.Arbitrary<infer Raw> ? Raw : never;
