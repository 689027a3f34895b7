import * as fc from 'fast-check';
import { plans, type PlansOptions } from './arbitrary/plans.js';
import type { Plan } from './plan/plan.js';
import { withinTimeout } from './run-limit.js';
import { simulate } from './simulation/simulation.js';
import type { World } from './worlds/world.js';

/** A seed to repeat a run by, or `random` to look for more plans. By default each run of the tests makes the same plans. */
const SEED = process.env['MODEL_SEED'];
const DEFAULT_SEED = 20_261_127;
/** Where a plan lies that has failed, as the error says it. */
const PATH = process.env['MODEL_PATH'];
/** Set to 0 to see the plan that has failed as it is, which is sooner. */
const IS_TO_SHRINK = process.env['MODEL_SHRINK'] !== '0';

/**
 * Carries out random plans, each in a world of its own; fails with the smallest plan found in time that ends otherwise than the model says.
 *
 * @param options.part the number of the part, where several run side by side
 */
export async function expectPlansToEndAsPredicted(
  numRuns: number,
  create: (plan: Plan) => World | Promise<World>,
  { part = 0, ...options }: PlansOptions & { readonly part?: number } = {},
): Promise<void> {
  const property = fc.asyncProperty(plans(options), async (plan) => {
    const world = await create(plan);
    try {
      const findings = await simulate(plan, world);
      if (findings.length > 0) throw new Error(findings.join('\n'));
    } finally {
      await world.close();
    }
  });
  await fc.assert(property, { numRuns, ...seedOf(part), path: PATH, endOnFailure: !IS_TO_SHRINK, ...withinTimeout() });
}

/** Parts that run side by side make different plans. */
function seedOf(part: number): { readonly seed?: number } {
  if (SEED === 'random') return {};
  return { seed: SEED === undefined ? DEFAULT_SEED + part : Number(SEED) };
}
