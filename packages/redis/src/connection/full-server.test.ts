import { Repid, Router, Worker, defineActor } from '@repid/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisFixture, message } from '../../../../test/support/redis-fixture.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

describe('A full server', () => {
  const fixture = new RedisFixture();
  afterEach(() => fixture.redis.config('SET', 'maxmemory', 0));

  const makeRepid = (): Repid =>
    new Repid({
      messageBroker: new RedisMessageBroker(fixture.server.url),
      resultsBucketBroker: new RedisBucketBroker(fixture.server.url),
      argsBucketBroker: null,
      onEvent: () => undefined,
    });

  it('accepts connections, and a worker that starts later drains it', async () => {
    const producer = makeRepid();
    const jobs = Array.from({ length: 50 }, (_, n) => producer.job<number, number>('double', { args: n }));
    await producer.enqueue(jobs);
    await producer.sendMessageJson({ channel: 'default', payload: 7, headers: { topic: 'double' } });
    await fixture.redis.script('FLUSH');
    await fixture.redis.config('SET', 'maxmemory', 1);

    const repid = makeRepid();
    const actor = defineActor<number>({ name: 'double' }, (n) => n * 2);
    const worker = new Worker(repid.producer, new Router([actor]), { handleSignals: [] });
    expect(await worker.run({ messagesLimit: 51 })).toEqual({ processed: 51 });
    expect((await jobs[49]!.result())?.data).toBe(98);
    expect(await repid.channel('default').stats()).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
    await Promise.all([repid.disconnect(), producer.disconnect()]);
  });

  it('refuses publications with a temporary error that says that nothing was stored', async () => {
    await fixture.redis.config('SET', 'maxmemory', 1);
    await expect(fixture.broker.publish([message('x')])).rejects.toMatchObject({
      code: 'REPID_BROKER_UNAVAILABLE',
      mayBeDone: false,
      message: expect.stringContaining('have workers drain it, or raise its "maxmemory"') as string,
    });
  });

  it('lets clients wait for results, by polling', async () => {
    const buckets = await fixture.transactionalBuckets();
    await fixture.redis.config('SET', 'maxmemory', 1);
    await fixture.redis.config('RESETSTAT');
    const waiting = buckets.wait('result', { timeout: 20_000 });
    await vi.waitFor(async () => expect(await fixture.redis.info('errorstats')).toContain('errorstat_OOM'));
    await fixture.redis.config('SET', 'maxmemory', 0);
    await fixture.redis.set('repid:bucket:result', '"here"'); // No notification is sent.
    expect(await waiting).toBe('"here"');
  });
});
