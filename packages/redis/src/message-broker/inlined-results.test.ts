import {
  type BucketRecord,
  BucketCodec,
  type Condition,
  type Delivery,
  type OutgoingMessage,
  jsonSerializer,
} from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, RedisFixture, job, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { LIMITS } from '../options/defaults.js';

const codec = new BucketCodec(jsonSerializer);
const NACK = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 } as const;

describe('A job that waits for one bucket', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  describe('gets the bucket inlined', () => {
    it.each([
      ['stored before publishing', true],
      ['stored after publishing', false],
    ])('%s', async (_, isBefore) => {
      const first = ended('first', '\u00e9 \u{1F600}');
      if (isBefore) await buckets.store([first]);
      await fixture.broker.publish([waiting('x', ['first'])]);
      if (!isBefore) await buckets.store([first]);
      const x = await one();
      expect(x.inlinedResult).toMatchObject({ bucketId: 'first', body: first.body });
      expect(textOf(x)).toBe('x');
      await expectKeptForNobody(x);
    });

    it('if it needs a failure', async () => {
      await fixture.broker.publish([waiting('x', ['first'], 'failure')]);
      const first = { ...ended('first'), body: '{"success":false,"ttl":60000,"timestamp":1}', success: false };
      await buckets.store([first]);
      expect((await one()).inlinedResult?.body).toBe(first.body);
    });

    it('together with others that wait for the same bucket', async () => {
      await fixture.broker.publish([waiting('x', ['first']), waiting('y', ['first'])]);
      await buckets.store([ended('first')]);
      const both = await (await fixture.consume()).receive(2, { wait: true });
      expect(both.map(({ inlinedResult }) => inlinedResult?.bucketId)).toEqual(['first', 'first']);
    });

    it('also in the next delivery, after a rejection and after a retry', async () => {
      await fixture.broker.publish([waiting('x', ['first'])]);
      await buckets.store([ended('first')]);
      const consumer = await fixture.consume();
      const [first] = await consumer.receive(1, { wait: true });
      await first!.settle({ outcome: { type: 'reject', headers: first!.message.headers } });
      const [second] = await consumer.receive(1, { wait: true });
      await second!.settle({ outcome: { type: 'retry', headers: { topic: 'act', 'repid-id': 'x' }, delay: 20 } });
      const [third] = await consumer.receive(1, { wait: true });
      expect(third!.inlinedResult).toEqual(first!.inlinedResult);
      await expectKeptForNobody(third!);
    });

    it.each([
      ['if the bucket is gone', () => buckets.delete(['first']), null],
      ['with its current body', () => buckets.store([ended('first', 'better')]), 'better'],
    ])('with a dead letter that is replayed, %s', async (_, action, data) => {
      await fixture.broker.publish([waiting('x', ['first'])]);
      await buckets.store([ended('first')]);
      const x = await one();
      await x.settle({ outcome: { type: 'nack', headers: x.message.headers, reason: NACK }, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      await action();
      expect(await fixture.broker.channels.replayDeadLetters('email')).toMatchObject({ replayed: 1 });
      const again = await one();
      expect(again.inlinedResult).toEqual({ bucketId: 'first', body: ended('first', data).body });
      await again.settle({ ...ACK, releases: ['first'] });
      await expectNothingLeft();
    });

    it('if one call stores the bucket and publishes the job, in any order', async () => {
      await fixture.broker.publish([job('a'), job('b'), job('c')]);
      const [a, b, c] = await (await fixture.consume()).receive(3, { wait: true });
      await Promise.all([
        a!.settle({ ...ACK, bucket: { ...ended('a'), into: buckets }, publish: [waiting('after b', ['b'])] }),
        b!.settle({ ...ACK, bucket: { ...ended('b'), into: buckets }, publish: [waiting('after a', ['a'])] }),
        c!.settle({ ...ACK, publish: [waiting('after c', ['c'])] }),
      ]);
      const next = await (await fixture.consume()).receive(3, { wait: true });
      expect(next.map((delivery) => [textOf(delivery), delivery.inlinedResult?.bucketId]).toSorted()).toEqual([
        ['after a', 'a'],
        ['after b', 'b'],
      ]);
      expect(await fixture.where('after c')).toBe('waiting');
      await Promise.all(
        next.map((delivery) => delivery.settle({ ...ACK, releases: [delivery.inlinedResult!.bucketId] })),
      );
      for (const id of ['a', 'b']) expect(await fixture.timeLeft(id)).toBeGreaterThan(59_000);
    });
  });

  describe('does not get the bucket inlined', () => {
    it.each([
      ['stored before publishing', true],
      ['stored after publishing', false],
    ])('if it is large, but keeps it: %s', async (_, isBefore) => {
      const large = ended('first', 'x'.repeat(LIMITS.inlinedResultSize));
      if (isBefore) await buckets.store([large]);
      await fixture.broker.publish([waiting('x', ['first'])]);
      if (!isBefore) await buckets.store([large]);
      const x = await one();
      expect(x.inlinedResult).toBeUndefined();
      await expectKeptUntilEnded(x);
    });

    it.each([
      ['at the maximum size', 0, true],
      ['one byte larger', 1, false],
    ])('depending on its size: %s', async (_, more, isSent) => {
      const { body, ...rest } = ended('first', '\u00e9');
      const padded = body + ' '.repeat(LIMITS.inlinedResultSize - Buffer.byteLength(body) + more);
      await buckets.store([{ ...rest, body: padded }]);
      await fixture.broker.publish([waiting('before', ['first'])]);
      await buckets.delete(['first']);
      await fixture.broker.publish([waiting('after', ['first'])]);
      await buckets.store([{ ...rest, body: padded }]);
      const both = await (await fixture.consume()).receive(2, { wait: true });
      expect(both.map(({ inlinedResult }) => inlinedResult?.body === padded)).toEqual([isSent, isSent]);
    });

    it('if it waits for several, and keeps the bucket', async () => {
      await fixture.broker.publish([waiting('x', ['first', 'second'])]);
      await buckets.store([ended('first'), ended('second')]);
      const x = await one();
      expect(x.inlinedResult).toBeUndefined();
      await expectKeptUntilEnded(x);
    });
  });

  it('gets no inlined bucket in a replay if the bucket is large by then', async () => {
    await fixture.broker.publish([waiting('x', ['first'])]);
    await buckets.store([ended('first')]);
    const x = await one();
    await x.settle({ outcome: { type: 'nack', headers: x.message.headers, reason: NACK }, releases: ['first'] });
    await buckets.store([ended('first', 'x'.repeat(LIMITS.inlinedResultSize))]);
    expect(await fixture.broker.channels.replayDeadLetters('email')).toMatchObject({ replayed: 1 });
    expect((await one()).inlinedResult).toBeUndefined();
  });

  describe('starts the TTL of a large bucket when it ends without reading it', () => {
    it.each<[string, Condition, () => unknown]>([
      ['because the condition is not met', 'failure', () => {}],
      ['because it could not be released and is cancelled', 'success', () => fixture.broker.cancel('x')],
    ])('%s', async (_, condition, action) => {
      await fixture.broker.publish([waiting('x', ['first'], condition)]);
      await fixture.redis.set('repid:email', 'not ours');
      await buckets.store([ended('first', 'x'.repeat(LIMITS.inlinedResultSize))]);
      await fixture.redis.del('repid:email');
      await action();
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      await expectNothingLeft();
    });
  });

  describe('does not keep a bucket that is inlined', () => {
    it.each([
      ['cancelled', () => fixture.broker.cancel('x')],
      ['purged', () => fixture.broker.channels.purge('email')],
      ['deleted', () => fixture.broker.channels.delete('email')],
    ])('and leaves nothing behind if it is delayed and then %s', async (_, remove) => {
      await fixture.broker.publish([{ ...waiting('x', ['first']), delay: 60_000 }]);
      await buckets.store([ended('first')]);
      expect(await fixture.where('x')).toBe('delayed');
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      await remove();
      await expectNothingLeft();
    });

    it('unless another job has yet to read it', async () => {
      await fixture.broker.publish([waiting('x', ['first']), waiting('y', ['first', 'other'])]);
      await buckets.store([ended('first'), ended('other')]);
      const [x, y] = await (await fixture.consume()).receive(2, { wait: true });
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBe(-1);
      await y!.settle({ ...ACK, releases: ['first', 'other'] });
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      await expectNothingLeft();
    });

    it('not even with a TTL of 0', async () => {
      const none = ended('first', null, 0);
      await fixture.broker.publish([waiting('x', ['first'])]);
      await buckets.store([none]);
      expect(await buckets.get(['first'])).toEqual([undefined]);
      expect((await one()).inlinedResult?.body).toBe(none.body);
    });
  });

  describe('is blocked together with another waiter of its bucket', () => {
    it.each([
      ['the first waiter', 'x'],
      ['another waiter', 'y'],
    ])('and the other keeps waiting when %s is cancelled', async (_, gone) => {
      await fixture.broker.publish(['x', 'y', 'z'].map((id) => waiting(id, ['first'])));
      expect((await waitersOf('first')).toSorted()).toEqual(['x', 'y', 'z']);
      await fixture.broker.cancel(gone);
      await fixture.broker.publish([waiting('w', ['first'])]);
      const left = ['w', 'x', 'y', 'z'].filter((id) => id !== gone);
      expect((await waitersOf('first')).toSorted()).toEqual(left);
      await buckets.store([ended('first')]);
      const taken = await (await fixture.consume()).receive(3, { wait: true });
      expect(taken.map(textOf).toSorted()).toEqual(left);
      await Promise.all(taken.map((delivery) => delivery.settle({ ...ACK, releases: ['first'] })));
      await expectNothingLeft();
    });

    it('and leaves nothing behind when all of them are cancelled', async () => {
      await fixture.broker.publish([
        waiting('x', ['first']),
        waiting('y', ['first']),
        waiting('z', ['first', 'other']),
      ]);
      for (const id of ['x', 'y', 'z']) await fixture.broker.cancel(id);
      await expectNothingLeft();
    });

    it('and all are skipped if the condition is not met', async () => {
      await fixture.broker.publish([waiting('x', ['first'], 'failure'), waiting('y', ['first'], 'failure')]);
      await buckets.store([ended('first')]);
      for (const id of ['x', 'y']) expect(JSON.parse((await buckets.get([id]))[0]!)).toMatchObject({ skipped: true });
      await expectNothingLeft();
    });
  });

  async function waitersOf(bucketId: string): Promise<string[]> {
    return (await fixture.broker.waiters(bucketId)).map(({ jobId }) => jobId);
  }

  async function one(): Promise<Delivery> {
    const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
    return delivery!;
  }

  async function expectKeptForNobody(delivery: Delivery): Promise<void> {
    expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
    expect(await fixture.broker.waiters('first')).toEqual([]);
    await delivery.settle({ ...ACK, releases: ['first'] });
    await expectNothingLeft();
  }

  async function expectKeptUntilEnded(delivery: Delivery): Promise<void> {
    expect(await fixture.timeLeft('first')).toBe(-1);
    await delivery.settle({ ...ACK, releases: ['first'] });
    expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
    await expectNothingLeft();
  }

  function waiting(id: string, on: readonly string[], condition: Condition = 'success'): OutgoingMessage {
    const waits = { on: on.map((bucketId) => ({ bucketId, condition })), timeout: 60_000 };
    return job(id, { waits: { ...waits, result: { id, ttl: 60_000, into: buckets } } });
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await fixture.keysOfJobs()).toEqual([]);
  }
});

function ended(id: string, data: unknown = null, ttl: number | null = 60_000): BucketRecord {
  const at = new Date(1);
  const body = codec.encodeResult({ success: true, startedAt: at, finishedAt: at, timestamp: at, ttl, data });
  return { id, ttl, success: true, body };
}
