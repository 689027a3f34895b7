import { afterAll, beforeAll, describe, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { RedisLane } from './redis-world.js';

const GRAPHS = Number(process.env['MODEL_GRAPHS'] ?? 200);
/** Side by side, since each graph waits for ownership to run out. */
const LANES = 8;

describe('200 random graphs of jobs on Redis', () => {
  let server: TestRedis;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  it.concurrent.each(Array.from({ length: LANES }, (_, n) => n + 1))(
    `end as the model says, and leave nothing behind: part %d of ${LANES}`,
    { timeout: 120_000 },
    async () => {
      const lane = new RedisLane(server.url, server.uniquePrefix());
      try {
        await expectPlansToEndAsPredicted(Math.ceil(GRAPHS / LANES), (plan) => lane.world(plan));
      } finally {
        await lane.close();
      }
    },
  );
});
