import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis-server.js';
import { ENOUGH_DELIVERIES, Plan } from '../plan/plan.js';
import { memoryWorld } from '../worlds/memory-world.js';
import { RedisLane } from '../worlds/redis-lane.js';
import { withinTimeout } from '../run-limit.js';
import type { World } from '../worlds/world.js';
import { queuePlans } from './queue-plan.js';
import { workOff } from './work-off.js';

const TIMEOUT = 60_000;

/** Workers of which nothing goes wrong. */
const SOUND = new Plan(
  [],
  [],
  { concurrency: 1, actorConcurrency: undefined, maxDeliveries: ENOUGH_DELIVERIES, strikes: [], hasBadListener: false },
  [],
);

async function expectWorkedOff(numRuns: number, create: () => World | Promise<World>): Promise<void> {
  const property = fc.asyncProperty(queuePlans, async (plan) => {
    const world = await create();
    try {
      await workOff(plan, world);
    } finally {
      await world.close();
    }
  });
  await fc.assert(property, { numRuns, ...withinTimeout(TIMEOUT) });
}

describe('What an actor may run at once, and hangs, keeps nobody else from the other workers', () => {
  it('in memory', { timeout: TIMEOUT }, async () => {
    await expectWorkedOff(100, () => memoryWorld(SOUND));
  });

  describe('on Redis', () => {
    let server: TestRedis;
    beforeAll(async () => void (server = await startRedis()));
    afterAll(() => server.stop());

    it('in 20 queues', { timeout: TIMEOUT }, async () => {
      const lane = new RedisLane(server.url, server.uniquePrefix());
      try {
        await expectWorkedOff(20, () => lane.world(SOUND));
      } finally {
        await lane.close();
      }
    });
  });
});
