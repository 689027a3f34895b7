import * as fc from 'fast-check';
import { type Action, ID_CONFLICTS } from '../plan/step.js';
import { MOST_JOBS } from './raw-job.js';

const WEIGHTS: Readonly<Record<Action['type'], number>> = {
  enqueue: 8,
  cancel: 8,
  pause: 3,
  resume: 2,
  purge: 2,
  take: 3,
  wait: 3,
  replay: 3,
  'enqueue again': 2,
  fill: 0,
};

const types = Object.entries(WEIGHTS).flatMap(([type, weight]) =>
  Array<Action['type']>(weight).fill(type as Action['type']),
);

/** The random values for a step, before they are made consistent with the jobs. */
const stepOf = (type: fc.Arbitrary<Action['type']>) =>
  fc.record({
    type,
    turns: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(8) }),
    channel: fc.nat(),
    jobs: fc.array(fc.nat(MOST_JOBS), { minLength: 1, maxLength: 4 }),
    count: fc.integer({ min: 1, max: 3 }),
    times: fc.integer({ min: 1, max: 4 }),
    isTogether: fc.boolean(),
    withDependents: fc.boolean(),
    conflicts: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.record({ job: fc.nat(MOST_JOBS), asksFor: fc.constantFrom(...ID_CONFLICTS) }), {
          minLength: 1,
          maxLength: 3,
        }),
      },
    ),
  });

export const rawStep = stepOf(fc.constantFrom(...types));
/** For a broker that may be full. */
export const rawStepWhereFull = stepOf(fc.constantFrom(...types, ...Array<'fill'>(6).fill('fill')));
/** The first step of each plan. */
export const firstStep = stepOf(fc.constant('enqueue'));

export type RawStep = typeof rawStep extends fc.Arbitrary<infer Raw> ? Raw : never;
