import { InvalidOptionError } from '@repid/core';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { resolveMessageBrokerOptions } from './broker-options.js';

const URL = 'redis://localhost:6379';

describe('options of the Redis brokers', () => {
  it('have defaults', () => {
    expect(resolveMessageBrokerOptions({}, false)).toMatchObject({
      prefix: 'repid',
      ownershipTime: 30_000,
      maxDeliveries: 5,
      publishTimeout: 10_000,
      connectTimeout: 10_000,
    });
  });

  it('turn durations into milliseconds', () => {
    expect(resolveMessageBrokerOptions({ ownershipTime: '2m' }, false).ownershipTime).toBe(120_000);
  });

  it('have a default prefix with a hash tag on a cluster', () => {
    expect(resolveMessageBrokerOptions({}, true).prefix).toBe('{repid}');
  });

  it.each([
    ['an unknown option', { ownership: 5 }, 'has no option "ownership". It has: prefix'],
    [
      'an invalid duration',
      { ownershipTime: 'soon' },
      'Option "ownershipTime" of RedisMessageBroker is "soon": expected a duration',
    ],
    ['an ownership time that is too short', { ownershipTime: 1 }, 'expected a duration of at least 10 ms'],
    ['no delivery', { maxDeliveries: 0 }, 'expected a whole number of at least 1'],
    ['an empty prefix', { prefix: '' }, 'expected text that is not empty'],
  ])('refuse %s', (_, options, message) => {
    expect(() => new RedisMessageBroker(URL, options as object)).toThrow(InvalidOptionError);
    expect(() => new RedisMessageBroker(URL, options as object)).toThrow(message);
  });

  it('refuse the options of the other broker', () => {
    expect(() => new RedisBucketBroker(URL, { ownershipTime: '5s' } as object)).toThrow(
      'RedisBucketBroker has no option "ownershipTime"',
    );
  });

  it('refuse a prefix without a hash tag on a cluster', () => {
    const cluster = new Cluster([URL], { lazyConnect: true });
    expect(() => new RedisMessageBroker(cluster, { prefix: 'mine' })).toThrow('expected a hash tag');
    cluster.disconnect();
  });

  it.each([
    ['no connection', undefined],
    ['a port', 6379],
  ])('refuse %s', (_, connection) => {
    expect(() => new RedisMessageBroker(connection as never)).toThrow('Give a URL');
  });

  it('refuse a keyPrefix, which scripts cannot follow', () => {
    expect(() => new RedisMessageBroker({ keyPrefix: 'mine:' })).toThrow('Give the broker the option "prefix" instead');
    const redis = new Redis({ keyPrefix: 'mine:', lazyConnect: true });
    expect(() => new RedisBucketBroker(redis)).toThrow('keyPrefix "mine:"');
  });
});
