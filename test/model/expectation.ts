import * as fc from 'fast-check';
import { plans } from './arbitrary.js';
import type { Plan } from './plan.js';
import { play } from './play.js';
import type { World } from './world.js';

/** A seed to repeat a run by. */
const SEED = process.env['MODEL_SEED'];

/** Plays random plans, each in a world of its own; fails with the smallest plan that ends otherwise than the model says. */
export async function expectPlansToEndAsPredicted(
  numRuns: number,
  create: (plan: Plan) => World | Promise<World>,
): Promise<void> {
  const property = fc.asyncProperty(plans, async (plan) => {
    const world = await create(plan);
    try {
      const findings = await play(plan, world);
      if (findings.length > 0) throw new Error(findings.join('\n'));
    } finally {
      await world.close();
    }
  });
  await fc.assert(property, SEED === undefined ? { numRuns } : { numRuns, seed: Number(SEED) });
}
