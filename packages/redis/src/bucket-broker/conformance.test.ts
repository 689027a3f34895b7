import { bucketBrokerConformance } from '@repid/core/conformance';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { denials, urlOfLimitedUser } from '../../../../test/support/documented-acl.js';
import { type TestRedis, startRedis } from '../../../../test/support/redis-server.js';
import { RedisMessageBroker } from '../message-broker/redis-message-broker.js';
import { RedisBucketBroker } from './redis-bucket-broker.js';

describe('RedisBucketBroker', () => {
  let server: TestRedis;
  let admin: Redis;
  /** On an own server, as a user with only the permissions in docs/brokers.md. */
  let url: string;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    url = server.isOwn ? await urlOfLimitedUser(admin, server.url) : server.url;
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  bucketBrokerConformance({
    describe,
    it,
    createBuckets: () => new RedisBucketBroker(url, { prefix: server.prefix }),
    createBroker: () => new RedisMessageBroker(url, { prefix: server.prefix }),
  });

  it('needs no permissions beyond those in docs/brokers.md', async ({ skip }) => {
    if (!server.isOwn) skip();
    expect(await denials(admin)).toEqual([]);
  });
});
