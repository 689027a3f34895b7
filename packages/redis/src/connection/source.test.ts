import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type Client, ClientSource } from './source.js';

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

  it('looks for the new master when the old one refuses to write', () => {
    const { options: ours } = new ClientSource(options).make('repid-commands') as Redis;
    expect(ours.reconnectOnError!(new Error("READONLY You can't write against a read only replica."))).toBe(true);
    expect(ours.reconnectOnError!(new Error('ERR no'))).toBe(false);
  });

  it('overrides what our connections could not work with, and nothing else', () => {
    const given = { host: 'one', enableOfflineQueue: true, maxRetriesPerRequest: 9, password: 'secret', db: 3 };
    const { options: ours } = new ClientSource(given).make('repid-commands') as Redis;
    expect(ours).toMatchObject({
      ...{ host: 'one', password: 'secret', db: 3 },
      ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0 },
    });
  });

  it('makes clusters of a cluster', () => {
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
