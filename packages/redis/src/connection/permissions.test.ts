import { setTimeout as sleep } from 'node:timers/promises';
import { bucketBrokerConformance, messageBrokerConformance } from '@repid/core/conformance';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { documentedAcl, documentedClusterAcl } from '../../../../test/support/documented-acl.js';
import { startCluster } from '../../../../test/support/redis-cluster.js';
import { message, take } from '../../../../test/support/redis-stage.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

describe('A user with the permissions of docs/brokers.md', () => {
  let server: RedisServer;
  let admin: Redis;
  let url: string;
  const rules = documentedAcl();

  beforeAll(async () => {
    server = await startServer();
    admin = new Redis(server.url);
    url = `redis://worker:hunter2@127.0.0.1:${server.port}`;
    await setUser(...rules);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const setUser = (...given: string[]): Promise<unknown> =>
    admin.call('ACL', 'SETUSER', 'worker', 'reset', 'on', '>hunter2', ...given);

  const denials = async (): Promise<unknown[]> => (await admin.call('ACL', 'LOG')) as unknown[];

  describe('does', () => {
    messageBrokerConformance({
      describe,
      it,
      createBroker: (options) => new RedisMessageBroker(url, options),
      createBuckets: () => new RedisBucketBroker(url),
      insertMalformed: async (_, channel) => void (await admin.xadd(`repid:${channel}`, '*', 'nonsense', 'yes')),
      interrupt: async () => {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await vi.waitUntil(async () => String(await admin.client('LIST')).includes('name=repid-commands'));
      },
    });
    bucketBrokerConformance({
      describe,
      it,
      createBuckets: () => new RedisBucketBroker(url),
      createBroker: () => new RedisMessageBroker(url),
    });
  });

  it('was denied nothing but INFO and CLIENT INFO, which are optional', async () => {
    const denied = (await denials()).map((entry) => String(entry));
    expect(denied.length).toBeGreaterThan(0);
    expect(denied.filter((entry) => !/,(?:client\|)?info,/.test(entry))).toEqual([]);
  });

  it('has no permission that is not made use of', async () => {
    const broker = new RedisMessageBroker(url);
    await broker.connect();
    const consumer = await broker.consume({ channels: ['one', 'two'] }); // Sleeps until there is an entry, and then reads.
    const received = take(consumer);
    await vi.waitUntil(async () => (await admin.info('commandstats')).includes('cmdstat_xread:'));
    await broker.publish([message('x', { channel: 'two' })]);
    expect(await received).toEqual(['x']);
    await broker.disconnect();
    const used = await admin.info('commandstats');
    const commands = rules.filter((rule) => /^\+[a-z|]+$/.test(rule)).map((rule) => rule.slice(1));
    expect(commands.length).toBeGreaterThan(40);
    const subcommands = { xinfo: 'xinfo|stream', xgroup: 'xgroup|create' } as Record<string, string>;
    expect(commands.filter((name) => !used.includes(`cmdstat_${subcommands[name] ?? name}:`))).toEqual([]);
  });

  it('can do without waking its readers: stopping is then no storm of refused calls, and takes no second', async () => {
    await setUser(...rules.filter((rule) => rule !== '+client|unblock'), '+info', '+client|info');
    await admin.call('ACL', 'LOG', 'RESET');
    const broker = new RedisMessageBroker(url);
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
    const refused = (await denials()).reduce<number>((sum, entry) => sum + Number((entry as unknown[])[1]), 0);
    expect(refused).toBeLessThanOrEqual(consumers.length);
  });
});

describe('A user with the permissions of docs/brokers.md, on a cluster', () => {
  it('publishes, consumes, waits and joins, and is denied nothing but INFO', { timeout: 60_000 }, async () => {
    const stage = await startCluster();
    const rules = documentedAcl().map((rule) => rule.replace('repid:', '{repid}:'));
    for (const node of stage.nodes)
      await node.call('ACL', 'SETUSER', 'worker', 'on', '>hunter2', ...rules, ...documentedClusterAcl());
    const [{ options }] = stage.nodes as [Redis];
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
    const denied = (await Promise.all(stage.nodes.map((node) => node.call('ACL', 'LOG')))).flat().map(String);
    expect(denied.filter((entry) => !/,(?:client\|)?info,/.test(entry))).toEqual([]);
    given.disconnect();
    await stage.stop();
  });
});
