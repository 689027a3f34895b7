import { beforeAll, describe, it, vi } from 'vitest';
import { startRedis } from '../support/redis-server.js';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { RedisLane } from './worlds/redis-lane.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 60);
/** Each has a server of its own, which is full at times. */
const LANES = 3;

describe('60 random plans on a Redis that is full at times', () => {
  beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {})); // Says that a listener throws.

  it.concurrent.each(Array.from({ length: LANES }, (_, n) => n + 1))(
    `end as the model says, and leave nothing behind: part %d of ${LANES}`,
    { timeout: TIMEOUT },
    async (part) => {
      const server = await startRedis({ own: true });
      const lane = new RedisLane(server.url, server.prefix, true);
      try {
        await expectPlansToEndAsPredicted(Math.ceil(PLANS / LANES), (plan) => lane.world(plan), {
          canBeFull: true,
          part,
        });
      } finally {
        await lane.close();
        await server.stop();
      }
    },
  );
});
