import { messageBrokerConformance } from '@repid/core/conformance';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { denials, documentedCommands, urlOfLimitedUser } from '../../../../test/support/documented-acl.js';
import { type TestRedis, startRedis } from '../../../../test/support/redis-server.js';
import { FAST_PATHS } from '../commands/fast-paths.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe.each([
  ['RedisMessageBroker', FAST_PATHS],
  ['RedisMessageBroker without fast paths', []],
])('%s', (_name, fastPaths) => {
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

  messageBrokerConformance({
    describe,
    it,
    createBroker: (options) => {
      const given = { prefix: server.prefix, fastPaths, ...options };
      return new RedisMessageBroker(url, given);
    },
    createBuckets: () => new RedisBucketBroker(url, { prefix: server.prefix }),
    insertMalformed: async (_, channel) =>
      void (await admin.xadd(`${server.prefix}:${channel}`, '*', 'nonsense', 'yes')),
    interrupt: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      // Until the client has detected the cut, a bare message may be lost on the old connection. That is reported, and it is not sent again.
      await vi.waitUntil(async () => String(await admin.client('LIST')).includes('name=repid-commands'));
    },
  });

  it('needs no permissions beyond those in docs/brokers.md', async ({ skip }) => {
    if (!server.isOwn) skip();
    expect(await denials(admin)).toEqual([]);
  });

  it('uses each permission in docs/brokers.md', async ({ skip }) => {
    if (!server.isOwn || fastPaths.length === 0) skip();
    const broker = new RedisMessageBroker(url);
    await broker.connect();
    const consumer = await broker.consume({ channels: ['one', 'two'] });
    const received = consumer.receive(1, { wait: true }); // With several channels, the consumer reads only when a message is queued.
    await vi.waitUntil(async () => (await admin.info('commandstats')).includes('cmdstat_xread:'));
    await broker.publish([{ channel: 'two', payload: Buffer.from('x'), headers: {} }]);
    expect(await received).toHaveLength(1);
    await admin.xadd('repid:one', '*', 'payload', 'x');
    await admin.xreadgroup('GROUP', 'repid:one:group', 'repid-01ab23cd', 'COUNT', 1, 'STREAMS', 'repid:one', '>');
    await broker.channels.stats('one'); // Removes entries that the Python library may have left.
    await broker.disconnect();
    const used = await admin.info('commandstats');
    expect(documentedCommands().filter((command) => !used.includes(`cmdstat_${command}`))).toEqual([]);
  });
});
