import { beforeAll, describe, it, vi } from 'vitest';
import { startRedis } from '../support/redis-server.js';
import { expectPlansToEndAsPredicted } from './expectation.js';
import { TIMEOUT } from './run-limit.js';
import { RedisWorldFactory } from './worlds/redis-world-factory.js';

const PLANS = Number(process.env['MODEL_PLANS'] ?? 60);
/** Each part has its own server, which is full at times. */
const PARTS = 3;

describe('60 random plans on a Redis that is full at times', () => {
  beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {})); // Hides the reports of listeners that throw.

  it.concurrent.each(Array.from({ length: PARTS }, (_, n) => n + 1))(
    `match the prediction and leave nothing behind: part %d of ${PARTS}`,
    { timeout: TIMEOUT },
    async (part) => {
      const server = await startRedis({ own: true });
      const factory = new RedisWorldFactory(server.url, server.prefix, true);
      try {
        await expectPlansToEndAsPredicted(Math.ceil(PLANS / PARTS), (plan) => factory.world(plan), {
          canBeFull: true,
          part,
        });
      } finally {
        await factory.close();
        await server.stop();
      }
    },
  );
});
