import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis-server.js';
import { ENOUGH_DELIVERIES, Plan } from '../plan/plan.js';
import { memoryWorld } from '../worlds/memory-world.js';
import { RedisWorldFactory } from '../worlds/redis-world-factory.js';
import { withinTimeout } from '../run-limit.js';
import type { World } from '../worlds/world.js';
import { queuePlans } from './queue-plan.js';
import { workOff } from './work-off.js';

const TIMEOUT = 60_000;

/** Workers without faults. */
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

describe('Hanging jobs of an actor with a concurrency limit do not block other jobs', () => {
  it('in memory', { timeout: TIMEOUT }, async () => {
    await expectWorkedOff(100, () => memoryWorld(SOUND));
  });

  describe('on Redis', () => {
    let server: TestRedis;
    beforeAll(async () => void (server = await startRedis()));
    afterAll(() => server.stop());

    it('with 20 queues', { timeout: TIMEOUT }, async () => {
      const factory = new RedisWorldFactory(server.url, server.uniquePrefix());
      try {
        await expectWorkedOff(20, () => factory.world(SOUND));
      } finally {
        await factory.close();
      }
    });
  });
});
