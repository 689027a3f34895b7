import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { RedisWorldFactory } from './worlds/redis-world-factory.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 200);
/** Run concurrently, since each plan waits for ownership to expire. */
const PARTS = 8;

describe('200 random plans on Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // Hides the reports of listeners that throw.
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it.concurrent.each(Array.from({ length: PARTS }, (_, n) => n + 1))(
    `match the prediction and leave nothing behind: part %d of ${PARTS}`,
    { timeout: TIMEOUT },
    async (part) => {
      const factory = new RedisWorldFactory(server.url, server.uniquePrefix());
      try {
        await expectPlansToEndAsPredicted(Math.ceil(PLANS / PARTS), (plan) => factory.world(plan), { part });
      } finally {
        await factory.close();
      }
    },
  );
});
