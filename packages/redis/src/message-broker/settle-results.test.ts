import {
  type BucketRecord,
  BucketCodec,
  type Delivery,
  type OutgoingMessage,
  type Waits,
  jsonSerializer,
} from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, RedisStage, job, textOf } from '../../../../test/support/redis-stage.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { LIMITS } from '../options/defaults.js';

const codec = new BucketCodec(jsonSerializer);

describe('Settled results', () => {
  const stage = new RedisStage();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await stage.joinedBuckets()));

  it('release the jobs that wait for one of them, by a fast path', async () => {
    const ids = ['a', 'b', 'c'];
    await stage.broker.publish(ids.flatMap((id) => [job(id), waiting(`after ${id}`, { on: id })]));
    const deliveries = await take(3);
    await stage.redis.config('RESETSTAT');
    await Promise.all(deliveries.map((delivery) => settle(delivery)));
    const stats = await stage.redis.info('commandstats');
    const calls = Object.fromEntries([...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, n, c]) => [n, +c!]));
    expect(calls).toMatchObject({ evalsha: 1, set: 3, xadd: 3, xpending: 1, hmget: 2, zrem: 1, xack: 1 });
    const released = await take(3);
    expect(released.map(textOf).toSorted()).toEqual(['after a', 'after b', 'after c']);
    for (const one of released) expect(one.input?.bucketId).toBe(textOf(one).slice('after '.length));
    await Promise.all(released.map((one) => one.settle({ ...ACK, releases: [one.input!.bucketId] })));
    expect(await stage.keysOfJobs()).toEqual([]);
    for (const id of ids) expect(await stage.timeLeft(id)).toBeGreaterThan(59_000);
  });

  it.each<[string, Partial<BucketRecord>, number, number]>([
    ['for a while', {}, 59_000, 60_000],
    ['for ever', { ttl: null }, -1, -1],
    ['not at all', { ttl: 0 }, -2, -2],
  ])('are kept for their ttl: %s', async (_, more, least, most) => {
    await stage.broker.publish([job('a')]);
    const [a] = await take(1);
    await settle(a!, more);
    const left = await stage.timeLeft('a');
    expect(left).toBeGreaterThanOrEqual(least);
    expect(left).toBeLessThanOrEqual(most);
  });

  describe('fall back to the general path', () => {
    const cases: [string, () => OutgoingMessage[], 'queued' | 'delayed'][] = [
      ['where the released job is on another channel', () => [{ ...waiting('x'), channel: 'sms' }], 'queued'],
      ['where the released job is delayed', () => [{ ...waiting('x'), delay: 60_000 }], 'delayed'],
      ['where the released job has another priority', () => [{ ...waiting('x'), priority: 'high' }], 'queued'],
      ['where the released job has no id header', () => [{ ...waiting('x'), headers: { topic: 'act' } }], 'queued'],
      ['where there are several waiters', () => [waiting('x'), waiting('y'), many('z')], 'queued'],
      ['where the waiter waits for several buckets', () => [many('x')], 'queued'],
    ];
    it.each(cases)('%s', async (_, make, location) => {
      await stage.broker.publish([job('first'), job('other')]);
      const [first, other] = await take(2);
      await settle(other!);
      const messages = make();
      await stage.broker.publish(messages);
      await settle(first!);
      for (const { id } of messages) expect(await stage.where(id!)).toBe(location);
    });

    it('where the condition is not met', async () => {
      await stage.broker.publish([job('first'), waiting('x', { condition: 'failure' })]);
      const [first] = await take(1);
      await settle(first!);
      expect(await stage.where('x')).toBeUndefined();
      expect(JSON.parse((await buckets.get(['x']))[0]!)).toMatchObject({ skipped: true });
    });

    it('where the result is too large to be inlined', async () => {
      await stage.broker.publish([job('first'), waiting('x')]);
      const [first] = await take(1);
      await settle(first!, { body: bodyOf('x'.repeat(LIMITS.inlinedResultSize)) });
      const [x] = await take(1);
      expect(x!.input).toBeUndefined();
      expect(await stage.timeLeft('first')).toBe(-1);
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await stage.timeLeft('first')).toBeGreaterThan(59_000);
      expect(await stage.keysOfJobs()).toEqual([]);
    });

    it('where another consumer owns the message, and nothing is committed', async () => {
      await stage.broker.publish([job('first'), waiting('x'), job('second')]);
      const [first, second] = await take(2);
      await stage.redis.xclaim('repid:email', 'repid:email:group', 'another', 0, first!.id);
      const both = await Promise.allSettled([settle(first!), settle(second!)]);
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect(both[0]).toMatchObject({ reason: { code: 'REPID_LOST_OWNERSHIP' } });
      expect(await buckets.get(['first'])).toEqual([undefined]);
      expect(await stage.where('x')).toBe('waiting');
    });

    it('where the id belongs to another message', async () => {
      await stage.broker.publish([job('first'), waiting('x')]);
      const [first] = await take(1);
      await stage.redis.hset('repid::jobs', 'first', 'm0-1@email');
      await settle(first!);
      expect(await stage.redis.hget('repid::jobs', 'first')).toBe('m0-1@email');
      expect(await stage.where('x')).toBe('queued');
    });

    it('where a dependent cannot be released and goes on waiting', async () => {
      await stage.broker.publish([job('first', { priority: 'low' }), waiting('x')]);
      const [first] = await take(1);
      await stage.redis.set('repid:email', 'not ours');
      await settle(first!);
      expect(await buckets.get(['first'])).toHaveLength(1);
      await stage.redis.del('repid:email');
      expect(await stage.where('x')).toBe('waiting');
      await buckets.store([ended('first')]);
      expect(await stage.where('x')).toBe('queued');
    });
  });

  it('notify the clients that wait for them', async () => {
    await stage.broker.publish([job('a'), job('b')]);
    const waits = ['a', 'b', 'a'].map((id) => buckets.wait(id, { timeout: 5_000 }));
    const [a, b] = await take(2);
    await expect.poll(() => stage.redis.exists('repid::clients:a', 'repid::clients:b')).toBe(2);
    await Promise.all([settle(a!), settle(b!)]);
    expect(await Promise.all(waits)).toEqual([bodyOf('a'), bodyOf('b'), bodyOf('a')]);
    expect(await stage.redis.exists('repid::clients:a', 'repid::clients:b')).toBe(0);
  });

  it('are committed where the key of their clients is of another type', async () => {
    await stage.broker.publish([job('a'), job('b')]);
    const [a, b] = await take(2);
    await stage.redis.set('repid::clients', '1');
    await stage.redis.set('repid::clients:a', 'not ours');
    await Promise.all([settle(a!), settle(b!)]);
    expect(await stage.redis.exists('repid:bucket:a', 'repid:bucket:b')).toBe(2);
    expect(await stage.redis.xlen('repid:email')).toBe(0);
  });

  async function take(count: number): Promise<readonly Delivery[]> {
    const consumer = await stage.consume();
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
