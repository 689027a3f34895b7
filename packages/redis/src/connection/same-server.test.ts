import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestCluster, startCluster } from '../../../../test/support/redis-cluster.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import type { RedisConnection } from './source.js';

/** Connects both brokers and returns whether they share transactions. */
const joins = async (messages: RedisMessageBroker, buckets: RedisBucketBroker): Promise<boolean> => {
  await Promise.all([messages.connect(), buckets.connect()]);
  try {
    return await messages.join(buckets);
  } finally {
    await Promise.all([messages.disconnect(), buckets.disconnect()]);
  }
};

describe('A message broker shares transactions with a bucket broker', () => {
  let server: RedisServer;
  let other: RedisServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    [server, other] = [await startServer(), await startServer()];
    proxy = await TcpProxy.start(server.port);
  });
  afterAll(async () => {
    proxy.stop();
    await Promise.all([server.stop(), other.stop()]);
  });

  const HERE = (rest = ''): RedisConnection => `${server.url}${rest}`;

  it.each<[string, () => RedisConnection, () => RedisConnection, boolean]>([
    ['with the same URL', () => HERE(), () => HERE(), true],
    [
      'with another name of the server',
      () => HERE(),
      () => ({ host: 'localhost', port: server.port, family: 4 }),
      true,
    ],
    ['behind a proxy', () => HERE(), () => proxy.url, true],
    ['with the same database', () => HERE('/3'), () => ({ port: proxy.port, db: 3 }), true],
    ['not with another database', () => HERE(), () => HERE('/1'), false],
    ['not with another database behind a proxy', () => HERE('/2'), () => `${proxy.url}/1`, false],
    ['not with another server', () => HERE(), () => other.url, false],
  ])('%s', async (_, messages, buckets, expected) => {
    expect(await joins(new RedisMessageBroker(messages()), new RedisBucketBroker(buckets()))).toBe(expected);
  });

  it('not with another prefix', async () => {
    expect(await joins(new RedisMessageBroker(server.url), new RedisBucketBroker(server.url, { prefix: 'x' }))).toBe(
      false,
    );
  });

  it('without storing a key', async () => {
    const admin = new Redis(server.url);
    await admin.config('RESETSTAT');
    expect(await joins(new RedisMessageBroker(server.url), new RedisBucketBroker(proxy.url))).toBe(true);
    const stats = await admin.info('commandstats');
    const commands = [...stats.matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name).toSorted();
    expect(commands.filter((name) => !name!.startsWith('client') && !name!.startsWith('config'))).toEqual([
      ...['del', 'eval', 'info', 'publish', 'subscribe', 'time'],
    ]);
    expect(await admin.dbsize()).toBe(0);
    admin.disconnect();
  });
});

describe('A message broker on a cluster', () => {
  let cluster: TestCluster;
  let server: RedisServer;
  beforeAll(async () => {
    cluster = await startCluster();
    server = await startServer();
  }, 60_000);
  afterAll(() => Promise.all([cluster.stop(), server.stop()]));

  it('shares transactions with buckets of the same cluster, whichever node was given', async () => {
    const given = cluster.nodes.map(
      ({ options }) => new Cluster([{ host: options.host, port: options.port }], { lazyConnect: true }),
    );
    const [messages, buckets] = [new RedisMessageBroker(given[0]!), new RedisBucketBroker(given[1]!)];
    expect(await joins(messages, buckets)).toBe(true);
    for (const one of given) one.disconnect();
  });

  it('shares no transactions with buckets on a single server', async () => {
    const [messages, buckets] = [
      new RedisMessageBroker(cluster.cluster),
      new RedisBucketBroker(server.url, { prefix: '{repid}' }),
    ];
    expect(await joins(messages, buckets)).toBe(false);
  });

  it('refuses a connection to a single node, with a named error', async () => {
    const [{ options }] = cluster.nodes as [Redis];
    const broker = new RedisMessageBroker(
      { host: options.host, port: options.port },
      { onProblem: vi.fn<() => void>() },
    );
    await expect(broker.connect()).rejects.toMatchObject({
      code: 'REPID_BROKER_REFUSED',
      message: expect.stringContaining('give the broker an instance of Cluster of ioredis') as string,
    });
  });
});
