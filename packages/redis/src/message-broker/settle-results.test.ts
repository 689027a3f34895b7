import {
  type BucketRecord,
  BucketCodec,
  type Delivery,
  type OutgoingMessage,
  type Waits,
  jsonSerializer,
} from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, RedisFixture, job, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { LIMITS } from '../options/defaults.js';

const codec = new BucketCodec(jsonSerializer);

describe('Settled results', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  it('release the jobs that wait for one of them, by a fast path', async () => {
    const ids = ['a', 'b', 'c'];
    await fixture.broker.publish(ids.flatMap((id) => [job(id), waiting(`after ${id}`, { on: id })]));
    const deliveries = await take(3);
    await fixture.redis.config('RESETSTAT');
    await Promise.all(deliveries.map((delivery) => settle(delivery)));
    const stats = await fixture.redis.info('commandstats');
    const calls = Object.fromEntries([...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, n, c]) => [n, +c!]));
    expect(calls).toMatchObject({ evalsha: 1, set: 3, xadd: 3, xpending: 1, hmget: 2, zrem: 1, xack: 1 });
    const released = await take(3);
    expect(released.map(textOf).toSorted()).toEqual(['after a', 'after b', 'after c']);
    for (const one of released) expect(one.inlinedResult?.bucketId).toBe(textOf(one).slice('after '.length));
    await Promise.all(released.map((one) => one.settle({ ...ACK, releases: [one.inlinedResult!.bucketId] })));
    expect(await fixture.keysOfJobs()).toEqual([]);
    for (const id of ids) expect(await fixture.timeLeft(id)).toBeGreaterThan(59_000);
  });

  it.each<[string, Partial<BucketRecord>, number, number]>([
    ['with the default TTL', {}, 59_000, 60_000],
    ['without a TTL', { ttl: null }, -1, -1],
    ['with a TTL of 0', { ttl: 0 }, -2, -2],
  ])('are kept for their TTL: %s', async (_, more, least, most) => {
    await fixture.broker.publish([job('a')]);
    const [a] = await take(1);
    await settle(a!, more);
    const left = await fixture.timeLeft('a');
    expect(left).toBeGreaterThanOrEqual(least);
    expect(left).toBeLessThanOrEqual(most);
  });

  describe('fall back to the general path', () => {
    const cases: [string, () => OutgoingMessage[], 'queued' | 'delayed'][] = [
      ['if the released job is on another channel', () => [{ ...waiting('x'), channel: 'sms' }], 'queued'],
      ['if the released job is delayed', () => [{ ...waiting('x'), delay: 60_000 }], 'delayed'],
      ['if the released job has another priority', () => [{ ...waiting('x'), priority: 'high' }], 'queued'],
      ['if the released job has no id header', () => [{ ...waiting('x'), headers: { topic: 'act' } }], 'queued'],
      ['if there are several waiters', () => [waiting('x'), waiting('y'), many('z')], 'queued'],
      ['if the waiter waits for several buckets', () => [many('x')], 'queued'],
    ];
    it.each(cases)('%s', async (_, make, location) => {
      await fixture.broker.publish([job('first'), job('other')]);
      const [first, other] = await take(2);
      await settle(other!);
      const messages = make();
      await fixture.broker.publish(messages);
      await settle(first!);
      for (const { id } of messages) expect(await fixture.where(id!)).toBe(location);
    });

    it('if the condition is not met', async () => {
      await fixture.broker.publish([job('first'), waiting('x', { condition: 'failure' })]);
      const [first] = await take(1);
      await settle(first!);
      expect(await fixture.where('x')).toBeUndefined();
      expect(JSON.parse((await buckets.get(['x']))[0]!)).toMatchObject({ skipped: true });
    });

    it('if the result is too large to be inlined', async () => {
      await fixture.broker.publish([job('first'), waiting('x')]);
      const [first] = await take(1);
      await settle(first!, { body: bodyOf('x'.repeat(LIMITS.inlinedResultSize)) });
      const [x] = await take(1);
      expect(x!.inlinedResult).toBeUndefined();
      expect(await fixture.timeLeft('first')).toBe(-1);
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      expect(await fixture.keysOfJobs()).toEqual([]);
    });

    it('if another consumer owns the message, and nothing is committed', async () => {
      await fixture.broker.publish([job('first'), waiting('x'), job('second')]);
      const [first, second] = await take(2);
      await fixture.redis.xclaim('repid:email', 'repid:email:group', 'another', 0, first!.id);
      const both = await Promise.allSettled([settle(first!), settle(second!)]);
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(both[0]).toMatchObject({ reason: { code: 'REPID_LOST_OWNERSHIP' } });
      expect(await buckets.get(['first'])).toEqual([undefined]);
      expect(await fixture.where('x')).toBe('waiting');
    });

    it('if the id belongs to another message', async () => {
      await fixture.broker.publish([job('first'), waiting('x')]);
      const [first] = await take(1);
      await fixture.redis.hset('repid::jobs', 'first', 'm0-1@email');
      await settle(first!);
      expect(await fixture.redis.hget('repid::jobs', 'first')).toBe('m0-1@email');
      expect(await fixture.where('x')).toBe('queued');
    });

    it('if a dependent cannot be released and stays blocked', async () => {
      await fixture.broker.publish([job('first', { priority: 'low' }), waiting('x')]);
      const [first] = await take(1);
      await fixture.redis.set('repid:email', 'not ours');
      await settle(first!);
      expect(await buckets.get(['first'])).toHaveLength(1);
      await fixture.redis.del('repid:email');
      expect(await fixture.where('x')).toBe('waiting');
      await buckets.store([ended('first')]);
      expect(await fixture.where('x')).toBe('queued');
    });
  });

  it('notify the clients that wait for them', async () => {
    await fixture.broker.publish([job('a'), job('b')]);
    const waits = ['a', 'b', 'a'].map((id) => buckets.wait(id, { timeout: 5_000 }));
    const [a, b] = await take(2);
    await expect.poll(() => fixture.redis.exists('repid::clients:a', 'repid::clients:b')).toBe(2);
    await Promise.all([settle(a!), settle(b!)]);
    expect(await Promise.all(waits)).toEqual([bodyOf('a'), bodyOf('b'), bodyOf('a')]);
    expect(await fixture.redis.exists('repid::clients:a', 'repid::clients:b')).toBe(0);
  });

  it('are committed if the key of their clients has the wrong type', async () => {
    await fixture.broker.publish([job('a'), job('b')]);
    const [a, b] = await take(2);
    await fixture.redis.set('repid::clients', '1');
    await fixture.redis.set('repid::clients:a', 'not ours');
    await Promise.all([settle(a!), settle(b!)]);
    expect(await fixture.redis.exists('repid:bucket:a', 'repid:bucket:b')).toBe(2);
    expect(await fixture.redis.xlen('repid:email')).toBe(0);
  });

  async function take(count: number): Promise<readonly Delivery[]> {
    const consumer = await fixture.consume();
    const deliveries: Delivery[] = [];
    while (deliveries.length < count) deliveries.push(...(await consumer.receive(count, { wait: true })));
    return deliveries;
  }

  function settle(delivery: Delivery, more: Partial<BucketRecord> = {}): Promise<void> {
    return delivery.settle({ ...ACK, bucket: { ...ended(textOf(delivery)), ...more, into: buckets } });
  }

  function waiting(
    id: string,
    { on = 'first', condition = 'success' as const as 'success' | 'failure' } = {},
  ): OutgoingMessage {
    return job(id, { waits: waitsOf(id, [{ bucketId: on, condition }]) });
  }

  /** A job that waits for two buckets. */
  function many(id: string): OutgoingMessage {
    const on = ['first', 'other'].map((bucketId) => ({ bucketId, condition: 'success' as const }));
    return job(id, { waits: waitsOf(id, on) });
  }

  function waitsOf(id: string, on: Waits['on']): Waits {
    return { on, timeout: 60_000, result: { id, ttl: 60_000, into: buckets } };
  }
});

function ended(id: string): BucketRecord {
  return { id, ttl: 60_000, success: true, body: bodyOf(id) };
}

function bodyOf(data: unknown): string {
  const at = new Date(1);
  return codec.encodeResult({ success: true, startedAt: at, finishedAt: at, timestamp: at, ttl: 60_000, data });
}
