import * as fc from 'fast-check';
import { plans, type PlansOptions } from './arbitrary/plans.js';
import type { Plan } from './plan/plan.js';
import { withinTimeout } from './run-limit.js';
import { simulate } from './simulation/simulation.js';
import type { World } from './worlds/world.js';

/** The seed to repeat a run, or `random`. By default each run generates the same plans. */
const SEED = process.env['MODEL_SEED'];
const DEFAULT_SEED = 20_261_127;
/** The path of a failed plan, as printed in the error. */
const PATH = process.env['MODEL_PATH'];
/** Set to 0 to skip shrinking the failed plan, which is faster. */
const IS_TO_SHRINK = process.env['MODEL_SHRINK'] !== '0';

/**
 * Runs random plans, each in its own world. Fails with the smallest plan found in time that contradicts the prediction.
 *
 * @param options.part the number of the part, if several parts run concurrently
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

/** Concurrent parts generate different plans. */
function seedOf(part: number): { readonly seed?: number } {
  if (SEED === 'random') return {};
  return { seed: SEED === undefined ? DEFAULT_SEED + part : Number(SEED) };
}
