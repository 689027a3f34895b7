import { setTimeout as sleep } from 'node:timers/promises';
import { type BucketRecord, type Delivery, LONGEST_DURATION, type OutgoingMessage, type Settlement } from '@repid/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, take } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const REFUSED = { code: 'REPID_BROKER_REFUSED' };
const INVALID = { code: 'REPID_INVALID_OPTION' };
const NACK = {
  type: 'nack',
  headers: {},
  reason: { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 },
} as const;
const RETRY = { type: 'retry', headers: {}, delay: 60_000 } as const;
const FOREIGN = { channel: 'foreign' };
const HUGE = 1e300;

describe('RedisMessageBroker, if Redis refuses a command', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  describe('publishes nothing', () => {
    it.each([
      ['a stream', 'repid:foreign', () => message('bad', FOREIGN)],
      ['a stream of another priority', 'repid:foreign:low', () => message('bad', { ...FOREIGN, priority: 'low' })],
      ['the job index', 'repid::jobs', () => job('bad', FOREIGN)],
      ['delayed messages', 'repid:foreign:delayed:messages', () => message('bad', { ...FOREIGN, delay: 60_000 })],
      ['the due times', 'repid:foreign:delayed', () => message('bad', { ...FOREIGN, delay: 60_000 })],
      ['waiting jobs', 'repid:foreign:waiting', () => ({ ...waiting('bad'), ...FOREIGN })],
    ])('if the key of %s has the wrong type', async (_, key, make) => {
      await fixture.redis.set(key, 'not ours');
      const batch = [message('good'), withBucket(job('job')), make()];
      await expect(fixture.broker.publish(batch)).rejects.toMatchObject(REFUSED);
      expect(await keys()).toEqual([key]);
    });

    it.each(impossible())('with %s', async (_, make) => {
      await expect(fixture.broker.publish([message('good'), make()])).rejects.toMatchObject(INVALID);
      expect(await keys()).toEqual([]);
    });

    it('but commits other calls of the same turn', async () => {
      await fixture.redis.set('repid::jobs', 'not ours');
      const batches = [[message('one')], [job('bad', FOREIGN)], [message('odd', { delay: HUGE })], [message('two')]];
      const ends = await Promise.allSettled(batches.map((batch) => fixture.broker.publish(batch)));
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await take(await fixture.consume())).toEqual(['one', 'two']);
    });
  });

  describe('commits nothing of a settlement, so that it can be repeated', () => {
    it.each<[string, string, Partial<Settlement>]>([
      ['a follower', 'repid:foreign', { publish: [next(), message('bad', FOREIGN)] }],
      ['a delayed follower', 'repid:foreign:delayed', { publish: [next(), message('bad', { ...FOREIGN, delay: 9 })] }],
      ['a dead letter', 'repid:email:dlq', { outcome: NACK }],
      ['a retry', 'repid:email:delayed:messages', { outcome: RETRY }],
      ['the time of a retry', 'repid:email:delayed', { outcome: RETRY }],
    ])('if the key of %s has the wrong type', async (_, key, settlement) => {
      const delivery = await delivered();
      await fixture.redis.set(key, 'not ours');
      await expectRefused(delivery, settlement);
    });

    it.each([
      ['ack', ACK.outcome],
      ['nack', NACK],
      ['retry', RETRY],
    ])('if the job index has the wrong type: %s', async (_, outcome) => {
      const delivery = await delivered();
      await fixture.redis.rename('repid::jobs', 'aside');
      await fixture.redis.set('repid::jobs', 'not ours');
      const bucket = { ...ended('result'), into: buckets };
      await expect(delivery.settle({ outcome, bucket })).rejects.toMatchObject(REFUSED);
      expect(await fixture.redis.exists('repid:bucket:result', 'repid:email:dlq', 'repid:email:delayed')).toBe(0);
      await fixture.redis.rename('aside', 'repid::jobs');
      await delivery.settle(ACK);
    });

    it.each(impossible())('with a follower that has %s', async (_, make) => {
      await expectRefused(await delivered(), { publish: [next(), make()] }, INVALID);
    });

    it('with a retry delay that is too large', async () => {
      await expectRefused(await delivered(), { outcome: { ...RETRY, delay: HUGE } }, INVALID);
    });

    it('with a result TTL that is too large', async () => {
      const bucket = { ...ended('result'), ttl: HUGE, into: buckets };
      await expectRefused(await delivered(), { bucket, publish: [next()] }, INVALID);
    });

    it('but commits other calls of the same turn', async () => {
      await fixture.broker.publish([message('one'), message('two'), message('three')]);
      const deliveries = await (await fixture.consume()).receive(3, { wait: true });
      const publish = [message('x', { channel: 'no channel' })];
      const ends = await Promise.allSettled(
        deliveries.map((delivery, n) => delivery.settle(n === 1 ? { ...ACK, publish } : ACK)),
      );
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    });

    async function expectRefused(
      delivery: Delivery,
      settlement: Partial<Settlement>,
      problem = REFUSED,
    ): Promise<void> {
      const bucket = { ...ended('result'), into: buckets };
      await expect(delivery.settle({ ...ACK, bucket, ...settlement })).rejects.toMatchObject(problem);
      expect(await fixture.redis.exists('repid:bucket:result', 'repid:next')).toBe(0);
      expect(await fixture.where('held')).toBe('running');
      await delivery.settle(ACK);
      expect(await fixture.where('held')).toBeUndefined();
    }
  });

  it('accepts the largest times', async () => {
    const longest = LONGEST_DURATION;
    await buckets.store([{ ...ended('b'), ttl: longest }]);
    await fixture.broker.publish([
      message('x', { delay: longest }),
      message('y', { dueAt: 8.64e15 }),
      withBucket(job('z'), longest),
    ]);
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ delayed: 2, queued: 1 });
    expect(await buckets.get(['b', 'args'])).toEqual([ended('b').body, ended('args').body]);
    await expect(buckets.store([ended('good'), { ...ended('bad'), ttl: HUGE }])).rejects.toMatchObject(INVALID);
    expect(await buckets.get(['good'])).toEqual([undefined]);
  });

  it('ends a job whose waiter cannot be queued, and the waiter stays blocked', async () => {
    await fixture.broker.publish([{ ...waiting('stuck'), ...FOREIGN }, waiting('free')]);
    await fixture.redis.set('repid:foreign', 'not ours');
    await buckets.store([ended('first')]);
    expect(await take(await fixture.consume())).toEqual(['free']);
    expect(await fixture.where('stuck')).toBe('waiting');
    await fixture.redis.del('repid:foreign');
    await buckets.store([ended('first')]);
    expect(await fixture.where('stuck')).toBe('queued');
  });

  describe('settles a batch', () => {
    it('if the bucket of one settlement has a wrong type', async () => {
      await buckets.store([ended('first')]);
      await fixture.broker.publish([waiting('x'), job('y')]);
      const [x, y] = await (await fixture.consume()).receive(2, { wait: true });
      await fixture.redis.del('repid:bucket:first');
      await fixture.redis.rpush('repid:bucket:first', 'not ours');
      await Promise.all([
        x!.settle({ ...ACK, releases: ['first'] }),
        y!.settle({ outcome: { ...RETRY, headers: y!.message.headers } }),
      ]);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ running: 0, queued: 0, delayed: 1 });
      expect(await fixture.where('y')).toBe('delayed');
    });

    it('even if a waiter cannot be released because a key has the wrong type', async () => {
      await fixture.broker.publish([{ ...waiting('stuck'), ...FOREIGN }, job('x'), job('y')]);
      const [x, y] = await (await fixture.consume()).receive(2, { wait: true });
      await fixture.redis.set('repid:foreign:waiting', 'not ours');
      await Promise.all([
        x!.settle({ ...ACK, bucket: { ...ended('first'), into: buckets }, publish: [job('z')] }),
        y!.settle({ outcome: { ...RETRY, headers: y!.message.headers } }),
      ]);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ running: 0, queued: 1, delayed: 1 });
      expect(await fixture.redis.exists('repid:foreign')).toBe(0);
    });
  });

  it('promotes each delayed message once, even if another cannot be promoted', async () => {
    await fixture.consume();
    const delayed = [message('one'), message('bad', { priority: 'low' }), message('two')];
    await fixture.broker.publish(delayed.map((one, n) => ({ ...one, delay: 50 + n })));
    await fixture.redis.set('repid:email:low', 'not ours');
    await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email')).toBe(2));
    await sleep(500);
    expect(await fixture.redis.xlen('repid:email')).toBe(2);
    await fixture.redis.del('repid:email:low');
    await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:low')).toBe(1), 3_000);
  });

  describe('dead-letters messages that are delivered too often', () => {
    it('in any number', async () => {
      await abandon(9_000);
      const problems: string[] = [];
      const consumer = await fixture.consume(({ message: text }) => void problems.push(text));
      void consumer.receive(10_000, { wait: true });
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(9_000), 8_000);
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
      expect(problems).toEqual([]);
    });

    it('a few per call, and the next ones without a pause', async () => {
      await abandon(50);
      const begun = performance.now();
      void (await fixture.consume()).receive(5, { wait: true });
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(50), 5_000);
      expect(performance.now() - begun).toBeLessThan(1_000);
    });

    it('or lets a worker refuse the message if the dead letters have the wrong type', async () => {
      await abandon(3);
      await fixture.redis.set('repid:email:dlq', 'not ours');
      const problems: string[] = [];
      const consumer = await fixture.consume(({ message: text }) => void problems.push(text));
      expect(await consumer.receive(5, { wait: false })).toEqual([]);
      for (let n = 0; n < 3; n++) {
        const alone = await consumer.receive(5, { wait: false, alone: true });
        expect(alone.map(({ isExhausted }) => isExhausted)).toEqual([true]);
        await alone[0]!.settle(ACK);
      }
      expect(problems).toEqual([expect.stringContaining('repid:email:dlq holds a string')]);
    });

    it('and entries with more fields than a script can copy', async () => {
      const fields = Array.from({ length: 20_000 }, (_, n) => `f${n}`);
      await fixture.redis.xadd('repid:email', '*', 'nonsense', 'x', ...fields);
      void (await fixture.consume(() => undefined)).receive(1, { wait: true });
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1), 3_000);
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email')).toBe(0));
    });

    /** Publishes `count` messages that were delivered far too often without being settled. */
    async function abandon(count: number): Promise<void> {
      const group = 'repid:email:group';
      for (let n = 0; n < count; n += 1_000) {
        await fixture.broker.publish(Array.from({ length: Math.min(1_000, count - n) }, () => message('x')));
      }
      await fixture.redis.xgroup('CREATE', 'repid:email', group, '0');
      await fixture.redis.xreadgroup('GROUP', group, 'dead', 'COUNT', count, 'STREAMS', 'repid:email', '>');
      const ids = (await fixture.redis.xrange('repid:email', '-', '+')).map(([id]) => id);
      await fixture.redis.xclaim('repid:email', group, 'dead', 0, ...ids, 'IDLE', 60_000, 'RETRYCOUNT', 100, 'JUSTID');
    }
  });

  it('counts only the dead letters that were replayed', async () => {
    const consumer = await fixture.consume();
    for (let n = 0; n < 2; n++) {
      await fixture.broker.publish([job('x')]);
      const [x] = await consumer.receive(1, { wait: true });
      await x!.settle({ outcome: { ...NACK, headers: x!.message.headers } });
    }
    await consumer.close();
    const [first] = await fixture.broker.channels.deadLetters('email', 1);
    const ids = [first!.id, first!.id, 'nonsense', '1-1'];
    expect(await fixture.broker.channels.replayDeadLetters('email', { ids })).toEqual({
      replayed: 1,
      letters: [
        { id: first!.id, outcome: 'replayed', jobId: 'x' },
        { id: first!.id, outcome: 'not-found' },
        { id: 'nonsense', outcome: 'not-found' },
        { id: '1-1', outcome: 'not-found' },
      ],
    });
    expect(await fixture.broker.channels.replayDeadLetters('email')).toMatchObject({ replayed: 0 });
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 1, deadLetters: 1 });
  });

  it('works if an ACL denies PUBLISH', async () => {
    await fixture.redis.call('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', '+@all', '-publish');
    const url = fixture.server.url.replace('redis://', 'redis://mute:secret@');
    const { RedisMessageBroker } = await import('./redis-message-broker.js');
    const mute = new RedisMessageBroker(url);
    await mute.connect();
    await mute.publish([message('later', { delay: 50 }), message('high', { priority: 'high' })]);
    await mute.disconnect();
    expect((await take(await fixture.consume())).concat(await take(await fixture.consume()))).toEqual([
      'high',
      'later',
    ]);
  });

  /** A job in flight. */
  async function delivered(): Promise<Delivery> {
    await fixture.broker.publish([job('held')]);
    const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
    return delivery!;
  }

  function next(): OutgoingMessage {
    return message('good', { channel: 'next' });
  }

  function impossible(): [string, () => OutgoingMessage][] {
    return [
      ['a delay beyond the maximum time', () => message('bad', { delay: HUGE })],
      ['an infinite delay', () => message('bad', { delay: Number.POSITIVE_INFINITY })],
      ['an invalid time', () => message('bad', { dueAt: Number.NaN })],
      ['an arguments TTL that is too large', () => withBucket(message('bad'), HUGE)],
      ['an arguments TTL that is NaN', () => withBucket(message('bad'), Number.NaN)],
      ['a timeout beyond the maximum time', () => waiting('bad', { timeout: HUGE })],
      ['a result TTL that is too large', () => waiting('bad', { ttl: HUGE })],
    ];
  }

  function waiting(id: string, { timeout = 60_000, ttl = 60_000 } = {}): OutgoingMessage {
    return job(id, {
      waits: { on: [{ bucketId: 'first', condition: 'success' }], timeout, result: { id, ttl, into: buckets } },
    });
  }

  function withBucket(of: OutgoingMessage, ttl = 60_000): OutgoingMessage {
    return { ...of, buckets: [{ ...ended('args'), ttl, into: buckets }] };
  }

  async function keys(): Promise<string[]> {
    return (await fixture.redis.keys('*')).filter((key) => key !== 'repid::channels').toSorted();
  }
});

function ended(id: string): BucketRecord {
  const body = JSON.stringify({ success: true, ttl: 60_000, timestamp: 1, data: null });
  return { id, ttl: 60_000, success: true, body };
}
