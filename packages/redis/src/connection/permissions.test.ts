import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  denials,
  documentedAcl,
  documentedClusterAcl,
  urlOfLimitedUser,
} from '../../../../test/support/documented-acl.js';
import { startCluster } from '../../../../test/support/redis-cluster.js';
import { message, take } from '../../../../test/support/redis-fixture.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

describe('A user without permission to unblock readers', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startServer();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  it('stops within a second, without repeated refused calls', async () => {
    const rules = documentedAcl().filter((rule) => rule !== '+client|unblock');
    const broker = new RedisMessageBroker(await urlOfLimitedUser(admin, server.url, rules));
    await broker.connect();
    const consumers = await Promise.all([1, 2, 3].map((n) => broker.consume({ channels: [`channel${n}`] })));
    for (let round = 0; round < 3; round += 1) {
      const received = consumers.map((consumer) => take(consumer));
      await sleep(50);
      const begun = performance.now();
      for (const consumer of consumers) consumer.wake();
      await Promise.all(received);
      expect(performance.now() - begun).toBeLessThan(900);
    }
    await broker.publish([message('x', { channel: 'channel2' })]);
    expect(await take(consumers[1]!)).toEqual(['x']);
    await broker.disconnect();
    // The entry contains the count: "count,3,reason,command,...".
    const refused = (await denials(admin)).reduce((sum, entry) => sum + Number(entry.split(',')[1]), 0);
    expect(refused).toBeLessThanOrEqual(consumers.length);
  });
});

describe('A user with the permissions of docs/brokers.md, on a cluster', () => {
  it('publishes, consumes and waits, and is denied only INFO', { timeout: 60_000 }, async () => {
    const testCluster = await startCluster();
    const rules = documentedAcl().map((rule) => rule.replace('repid:', '{repid}:'));
    for (const node of testCluster.nodes)
      await node.call('ACL', 'SETUSER', 'worker', 'on', '>hunter2', ...rules, ...documentedClusterAcl());
    const [{ options }] = testCluster.nodes as [Redis];
    const given = new Cluster([{ host: options.host, port: options.port }], {
      lazyConnect: true,
      redisOptions: { username: 'worker', password: 'hunter2' },
    });
    const broker = new RedisMessageBroker(given);
    const buckets = new RedisBucketBroker(given);
    await Promise.all([broker.connect(), buckets.connect()]);
    expect(await broker.join(buckets)).toBe(true);
    const consumer = await broker.consume({ channels: ['email'] });
    const received = take(consumer);
    const waiting = buckets.wait('result', { timeout: 10_000 });
    await broker.publish([message('x')]);
    expect(await received).toEqual(['x']);
    await buckets.store([{ id: 'result', body: '"x"', ttl: null, success: true }]);
    expect(await waiting).toBe('"x"');
    const asleep = take(consumer);
    await sleep(50);
    const begun = performance.now();
    consumer.wake();
    expect(await asleep).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(300);
    await Promise.all([broker.disconnect(), buckets.disconnect()]);
    expect((await Promise.all(testCluster.nodes.map(denials))).flat()).toEqual([]);
    given.disconnect();
    await testCluster.stop();
  });
});
