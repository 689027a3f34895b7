import { bucketBrokerConformance } from '@repid/core/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type TestRedis, startRedis } from '../../../../test/support/redis-server.js';
import { RedisMessageBroker } from '../message-broker/redis-message-broker.js';
import { RedisBucketBroker } from './redis-bucket-broker.js';

describe('RedisBucketBroker', () => {
  let server: TestRedis;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  bucketBrokerConformance({
    describe,
    it,
    createBuckets: () => new RedisBucketBroker(server.url, { prefix: server.prefix }),
    createBroker: () => new RedisMessageBroker(server.url, { prefix: server.prefix }),
  });
});
