import { messageBrokerConformance } from '@repid/core/conformance';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { type TestRedis, startRedis } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe('RedisMessageBroker', () => {
  let server: TestRedis;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  messageBrokerConformance({
    describe,
    it,
    createBroker: (options) => new RedisMessageBroker(server.url, { prefix: server.prefix, ...options }),
    createBuckets: () => new RedisBucketBroker(server.url, { prefix: server.prefix }),
    insertMalformed: async (_, channel) =>
      void (await admin.xadd(`${server.prefix}:${channel}`, '*', 'nonsense', 'yes')),
    interrupt: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      // Until the cut has come through, a bare message may be sent into it, which is reported and not sent again.
      await vi.waitUntil(async () => String(await admin.client('LIST')).includes('name=repid-commands'));
    },
  });
});
