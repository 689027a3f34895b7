import { InvalidOptionError, Repid, Router, Worker, defineActor } from '@repid/core';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisFixture } from '../../../test/support/redis-fixture.js';
import { redis } from './index.js';

const URL = 'redis://localhost:6379';

describe('redis()', () => {
  const fixture = new RedisFixture();

  it('makes brokers that run a job and store its result in one transaction', async () => {
    const repid = new Repid(redis(fixture.server.url, { prefix: 'shop' }));
    onTestFinished(() => repid.disconnect());
    const double = defineActor({ name: 'double' }, (n: number) => 2 * n);
    const job = await repid.job<number, number>('double', { args: 21 }).enqueue();
    const next = await repid.job('double', { argsFrom: job }).enqueue(); // Needs transactional results.

    await new Worker(repid.producer, new Router([double]), { burst: true, handleSignals: [] }).run();

    expect(await next.result()).toMatchObject({ success: true, data: 84 });
    expect((await fixture.redis.keys('*')).filter((key) => !key.startsWith('shop:'))).toEqual([]);
  });

  it('takes options of ioredis and an instance, which it does not close', async () => {
    const given = new Redis(fixture.server.url);
    onTestFinished(() => given.disconnect());
    const { host, port } = given.options;
    for (const connection of [given, { host, port }]) {
      const repid = new Repid(redis(connection));
      await repid.connect();
      await repid.disconnect();
    }
    expect(await given.ping()).toBe('PONG');
  });

  it('shares one bucket broker for arguments and results', () => {
    const { argsBucketBroker, resultsBucketBroker } = redis(URL);
    expect(argsBucketBroker).toBe(resultsBucketBroker);
  });

  it('passes each option to the brokers that have it', async () => {
    const { messageBroker, resultsBucketBroker } = redis(fixture.server.url, { prefix: 'shop', ownershipTime: '1m' });
    onTestFinished(() => messageBroker.disconnect());
    await messageBroker.connect();
    const consumer = await messageBroker.consume({ channels: ['default'] });
    expect(consumer.ownershipTime).toBe(60_000);
    expect([messageBroker.prefix, resultsBucketBroker.prefix]).toEqual(['shop', 'shop']);
  });

  it.each([
    [{ ownership: 5 }, 'redis() has no option "ownership"'],
    [{ commandTimeout: 0 }, 'Option "commandTimeout" of redis() is 0: expected a duration of at least 1 ms'],
    ['repid', 'redis()'],
  ])('refuses the options %j', (options, message) => {
    expect(() => redis(URL, options as object)).toThrow(InvalidOptionError);
    expect(() => redis(URL, options as object)).toThrow(message);
  });
});
