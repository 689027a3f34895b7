import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type Client, ClientSource, type RedisConnection } from './source.js';

describe('ClientSource', () => {
  const sentinels = [
    { host: 'one', port: 26_379 },
    { host: 'two', port: 26_380 },
  ];
  const options = {
    sentinels,
    name: 'master',
    sentinelPassword: 'secret',
    sentinelRetryStrategy: () => 5,
    natMap: { '10.0.0.1:6379': { host: 'outside', port: 6379 } },
  };

  it.each([
    ['options', () => options],
    ['an instance', () => new Redis({ ...options, lazyConnect: true })],
  ])('finds the master through sentinels, given %s', (_, give) => {
    const client = new ClientSource(give()).make('repid-commands') as Redis;
    expect(client.options).toMatchObject(options);
    expect(client.options).toMatchObject({ lazyConnect: true, connectionName: 'repid-commands' });
    client.disconnect();
  });

  it("disables ioredis' own database selection, resubscription, retries and master checks", () => {
    const source = new ClientSource({ ...options, db: 3, autoResubscribe: true, reconnectOnError: () => true });
    const { options: ours } = source.make('repid-commands') as Redis;
    expect(ours).toMatchObject({
      ...{ db: 0, autoResubscribe: false, autoResendUnfulfilledCommands: false, reconnectOnError: null },
    });
    expect(source.database).toBe(3);
  });

  it.each([
    ['a strategy that gives up', () => null],
    ['none', undefined],
  ])('reconnects without limit, given %s', (_, retryStrategy) => {
    const { options: ours } = new ClientSource({ retryStrategy }).make('repid-commands') as Redis;
    const pauses = Array.from({ length: 50 }, (__, n) => ours.retryStrategy!(n + 1) as number);
    expect(Math.min(...pauses)).toBeGreaterThan(0);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_000);
  });

  it('uses the given retry delays', () => {
    const { options: ours } = new ClientSource({ retryStrategy: (times) => times * 7 }).make('x') as Redis;
    expect(ours.retryStrategy!(3)).toBe(21);
  });

  it.each<[string, RedisConnection, string]>([
    ['a URL', 'redis://alice:secret@redis.example:7000/2', 'redis.example:7000'],
    ['a URL without a port', 'rediss://:secret@redis.example', 'redis.example:6379'],
    ['options', { host: 'one', port: 7, password: 'secret' }, 'one:7'],
    ['no options', {}, 'localhost:6379'],
    ['a socket', '/tmp/redis.sock', '/tmp/redis.sock'],
    ['sentinels', options, 'master "master" of sentinels one:26379, two:26380'],
  ])('names the address without a secret: %s', (_, given, address) => {
    expect(new ClientSource(given).address).toBe(address);
  });

  it('names the addresses of a cluster without a secret', () => {
    const cluster = new Cluster(['redis://alice:secret@one:1', { host: 'two', port: 2 }, 3], { lazyConnect: true });
    expect(new ClientSource(cluster).address).toBe('cluster one:1, two:2, localhost:3');
    cluster.disconnect();
  });

  it('overrides only options that the brokers cannot work with', () => {
    const given = { host: 'one', enableOfflineQueue: true, maxRetriesPerRequest: 9, password: 'secret', db: 3 };
    const { options: ours } = new ClientSource(given).make('repid-commands') as Redis;
    expect(ours).toMatchObject({
      ...{ host: 'one', password: 'secret' },
      ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0 },
    });
  });

  it('creates a cluster client for a cluster', () => {
    const given = new Cluster(['redis://one:1'], { lazyConnect: true, redisOptions: { password: 'secret' } });
    const source = new ClientSource(given);
    const client: Client = source.make('repid-commands');
    expect(source.cluster).toBe(true);
    expect(client).toBeInstanceOf(Cluster);
    expect((client as Cluster).options.redisOptions).toMatchObject({ password: 'secret', protocol: 2 });
    client.disconnect();
    given.disconnect();
  });
});
