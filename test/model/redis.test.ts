import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { RedisLane } from './worlds/redis-lane.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 200);
/** Side by side, since each plan waits for ownership to run out. */
const LANES = 8;

describe('200 random plans on Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // Says that a listener throws.
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it.concurrent.each(Array.from({ length: LANES }, (_, n) => n + 1))(
    `end as the model says, and leave nothing behind: part %d of ${LANES}`,
    { timeout: TIMEOUT },
    async (part) => {
      const lane = new RedisLane(server.url, server.uniquePrefix());
      try {
        await expectPlansToEndAsPredicted(Math.ceil(PLANS / LANES), (plan) => lane.world(plan), { part });
      } finally {
        await lane.close();
      }
    },
  );
});
