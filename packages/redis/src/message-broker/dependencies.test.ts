import {
  type BucketRecord,
  BucketCodec,
  type BucketState,
  type Condition,
  HEADER,
  type OutgoingMessage,
  causeOfFailure,
  causeOfSkip,
  jsonSerializer,
  lateReason,
  skipReason,
  skippedBody,
} from '@repid/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, take, textOf } from '../../../../test/support/redis-fixture.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const codec = new BucketCodec(jsonSerializer);
const NACK = {
  type: 'nack',
  headers: {},
  reason: { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 },
} as const;

describe('RedisMessageBroker with jobs that wait for buckets', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  describe('keeps a bucket until its waiters have read it', () => {
    beforeEach(() => buckets.store([ended('other')]));

    it.each([
      ['stored before', true],
      ['stored after', false],
    ])('and starts its TTL after the last of them: %s', async (_, isBefore) => {
      if (isBefore) await buckets.store([ended('first')]);
      await fixture.broker.publish([reading('x'), reading('y')]);
      if (!isBefore) await buckets.store([ended('first')]);
      const [x, y] = await (await fixture.consume()).receive(2, { wait: true });
      expect(await fixture.timeLeft('first')).toBe(-1);
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBe(-1);
      await y!.settle({ outcome: NACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
    });

    it('and removes a bucket with a TTL of 0', async () => {
      await fixture.broker.publish([reading('x')]);
      await buckets.store([ended('first', 'succeeded', { ttl: 0 })]);
      const [x] = await (await fixture.consume()).receive(1, { wait: true });
      expect(await fixture.timeLeft('first')).toBe(-1);
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await buckets.get(['first'])).toEqual([undefined]);
    });

    it('and forever if it has no TTL', async () => {
      await fixture.broker.publish([reading('x')]);
      await buckets.store([ended('first', 'succeeded', { ttl: null })]);
      const [x] = await (await fixture.consume()).receive(1, { wait: true });
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBe(-1);
    });

    it('for the TTL of the last store', async () => {
      await fixture.broker.publish([reading('x')]);
      await buckets.store([ended('first')]);
      await buckets.store([ended('first', 'succeeded', { ttl: null })]);
      const [x] = await (await fixture.consume()).receive(1, { wait: true });
      await x!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBe(-1);
    });

    it('until two of them end in one call', async () => {
      await fixture.broker.publish([reading('x'), reading('y')]);
      await buckets.store([ended('first')]);
      const both = await (await fixture.consume()).receive(2, { wait: true });
      expect(await fixture.broker.waiters('first')).toHaveLength(2);
      await Promise.all(both.map((delivery) => delivery.settle({ ...ACK, releases: ['first', 'other'] })));
      expect(await fixture.broker.waiters('first')).toEqual([]);
      expect(await fixture.timeLeft('first')).toBeGreaterThan(59_000);
      await expectNothingLeft();
    });

    it('also while one of them is retried', async () => {
      await buckets.store([ended('first')]);
      await fixture.broker.publish([reading('x')]);
      const consumer = await fixture.consume();
      const [x] = await consumer.receive(1, { wait: true });
      await x!.settle({ outcome: { type: 'retry', headers: x!.message.headers, delay: 20 } });
      const [again] = await consumer.receive(1, { wait: true });
      expect(await fixture.timeLeft('first')).toBe(-1);
      await again!.settle({ ...ACK, releases: ['first'] });
      expect(await fixture.timeLeft('first')).toBeGreaterThan(0);
    });

    it.each([
      ['cancelled', () => fixture.broker.cancel('x')],
      ['purged', () => fixture.broker.channels.purge('email')],
      ['deleted', () => fixture.broker.channels.delete('email')],
    ])('and no longer if the waiter is %s', async (_, remove) => {
      await buckets.store([ended('first')]);
      await fixture.broker.publish([reading('x')]);
      expect(await fixture.timeLeft('first')).toBe(-1);
      await remove();
      expect(await fixture.timeLeft('first')).toBeGreaterThan(0);
      await expectNothingLeft();
    });

    it('and no longer if a waiter is no longer registered', async () => {
      await buckets.store([ended('first')]);
      await fixture.broker.publish([reading('x')]);
      await fixture.redis.del('repid::waiting:email:x');
      await fixture.redis.hdel('repid::jobs', 'x');
      await buckets.store([ended('first')]);
      expect(await fixture.timeLeft('first')).toBeGreaterThan(0);
    });

    it('for a message without an id as long as it waits', async () => {
      const { id: _, ...bare } = waiting('x', ['first', 'second']);
      await fixture.broker.publish([bare]);
      await buckets.store([ended('first')]);
      await buckets.store([ended('first')]);
      expect(await fixture.timeLeft('first')).toBe(-1);
    });

    it('but not after a message without an id was delivered', async () => {
      const { id: _, ...bare } = waiting('x', ['first']);
      await fixture.broker.publish([bare]);
      await buckets.store([ended('first')]);
      expect(await take(await fixture.consume())).toEqual(['x']);
      expect(await fixture.timeLeft('first')).toBeGreaterThan(0);
      await expectNothingLeft();
    });
  });

  describe('leaves nothing behind', () => {
    it('when a graph has ended', async () => {
      await fixture.broker.publish([
        waiting('last', ['left', 'right'], 'settled'),
        waiting('left', ['root']),
        waiting('right', ['root'], 'failure'),
        job('root'),
      ]);
      const consumer = await fixture.consume();
      for (let left = 3; left > 0;) {
        for (const delivery of await consumer.receive(left, { wait: true })) {
          const releases = delivery.message.headers['releases']?.split(',');
          await delivery.settle({ ...ACK, releases, bucket: { ...ended(textOf(delivery)), into: buckets } });
          left--;
        }
      }
      await expectNothingLeft();
      expect(JSON.parse((await buckets.get(['right']))[0]!)).toMatchObject({ success: false, skipped: true });
      for (const id of ['root', 'left', 'right', 'last']) expect(await fixture.timeLeft(id)).toBeGreaterThan(0);
    });

    it('when a graph fails whose last jobs also wait for the first one', async () => {
      const ways = Array.from({ length: 10 }, (_, n) => [waiting(`b${n}`, ['a']), waiting(`x${n}`, ['a', `b${n}`])]);
      await fixture.broker.publish([job('a'), waiting('first', ['a']), ...ways.flat()]);
      const [a] = await (await fixture.consume()).receive(1, { wait: true });
      await a!.settle({ ...ACK, bucket: { ...ended('a', 'failed'), into: buckets } });
      await expectNothingLeft();
    });

    it('when one call stores a bucket twice, and ends its last reader', async () => {
      await fixture.broker.publish([
        waiting('x', ['first']),
        waiting('y', ['first']),
        waiting('z', ['first', 'other']),
      ]);
      await buckets.store([ended('first'), ended('first'), ended('other')]);
      await fixture.broker.publish([job('first')]);
      const deliveries = await (await fixture.consume()).receive(4, { wait: true });
      await Promise.all(
        deliveries.map((delivery) => {
          const releases = delivery.message.headers['releases']?.split(',');
          const bucket = textOf(delivery) === 'first' ? { ...ended('first'), into: buckets } : undefined;
          return delivery.settle({ ...ACK, releases, bucket });
        }),
      );
      await expectNothingLeft();
    });

    it('when a job is cancelled whose id has a record of an earlier job', async () => {
      await buckets.store([ended('a'), ended('b')]);
      await fixture.broker.publish([waiting('x', ['a', 'b'])]);
      await fixture.redis.xtrim('repid:email', 'MAXLEN', 0);
      await fixture.broker.publish([waiting('x', ['c'])]);
      expect(await fixture.broker.cancel('x')).toMatchObject({ location: 'waiting' });
      await buckets.store([ended('c')]);
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
      await expectNothingLeft();
    });

    it('when a waiting job is cancelled', async () => {
      const x = waiting('x', ['a', 'b']);
      const headers = { ...x.headers, [HEADER.resultBucket]: '', [HEADER.resultTtl]: '60000' };
      await fixture.broker.publish([{ ...x, headers }, waiting('after', ['x'], 'failure')]);
      await buckets.store([ended('a')]);
      const result = { into: buckets, exception: 'CancelledError: no' };
      expect(await fixture.broker.cancel('x', { result })).toMatchObject({ location: 'waiting' });
      const [after] = await (await fixture.consume()).receive(1, { wait: true });
      await after!.settle({ ...ACK, releases: ['x'] });
      await expectNothingLeft();
    });

    it('when a channel with waiting jobs is deleted', async () => {
      await fixture.broker.publish([waiting('x', ['a']), waiting('y', ['b', 'c'])]);
      await buckets.store([ended('b')]);
      await fixture.broker.channels.delete('email');
      expect(await fixture.where('x')).toBeUndefined();
      await expectNothingLeft();
      await buckets.store([ended('a')]);
      expect(await fixture.redis.exists('repid:email')).toBe(0);
    });

    it('when a channel is purged, except for waiting jobs', async () => {
      await fixture.broker.publish([waiting('x', ['a']), job('y')]);
      expect(await fixture.broker.channels.purge('email')).toBe(1);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ waiting: 1, queued: 0 });
      expect(await fixture.where('x')).toBe('waiting');
    });
  });

  describe('skips with the same reasons as core', () => {
    const failed = 'Error: "no" </b> \u00e9 \u{1F600}\n';
    const long = `x${'\u{1F600}\u00e9'.repeat(300)}`;
    const unmet = skipReason({ bucketId: 'zero', condition: 'failure', state: 'succeeded' });
    const tooLate = lateReason(5, ['zero']);
    const cases: readonly Case[] = [
      { name: 'failed', needs: 'success', state: 'failed', exception: failed, cause: causeOfFailure('first', failed) },
      {
        name: 'has a long error',
        needs: 'success',
        state: 'failed',
        exception: long,
        cause: causeOfFailure('first', long),
      },
      { name: 'has no error', needs: 'success', state: 'failed' },
      { name: 'succeeded', needs: 'failure', state: 'succeeded' },
      {
        name: 'was skipped after a success',
        needs: 'failure',
        state: 'skipped',
        exception: unmet,
        cause: '"zero" succeeded',
      },
      { name: 'was skipped after a timeout', needs: 'success', state: 'skipped', exception: tooLate, cause: tooLate },
      { name: 'was skipped', needs: 'success', state: 'skipped', exception: 'No. Root cause: rain', cause: 'rain' },
    ];
    it.each(cases)('for a dependency that $name', async ({ needs: condition, state, exception, cause }) => {
      const first = ended('first', state, { exception, cause });
      const reason = skipReason({ bucketId: 'first', condition, state, cause });
      await fixture.broker.publish([waiting('after', ['first'], condition), waiting('end after', ['after'])]);
      await buckets.store([first]);
      await fixture.broker.publish([waiting('before', ['first'], condition), waiting('end before', ['before'])]);
      for (const id of ['after', 'before']) {
        const [body, end] = await buckets.get([id, `end ${id}`]);
        expect(body).toBe(skippedBody(reason, 60_000, JSON.parse(body!).timestamp, { topic: 'act' }));
        const chain = { bucketId: id, condition: 'success', state: 'skipped', jobName: 'act' } as const;
        const rootCause = causeOfSkip({ bucketId: 'first', condition, state, cause });
        expect(JSON.parse(end!).exception).toBe(skipReason({ ...chain, cause: rootCause }));
      }
    });

    it.each([1, 3, 5])('for %i buckets that were not stored', async (count) => {
      const on = Array.from({ length: count }, (_, n) => `bucket ${n}`);
      const late = waiting('late', ['there', ...on]);
      await buckets.store([ended('there')]);
      await fixture.consume();
      await fixture.broker.publish([{ ...late, waits: { ...late.waits!, timeout: 50 } }]);
      const body = await buckets.wait('late', { timeout: 2_000 });
      expect(JSON.parse(body)).toMatchObject({ skipped: true, exception: lateReason(50, on) });
      await expectNothingLeft();
    });
  });

  describe('skips jobs whose wait has timed out', () => {
    it.each([
      ['on its channel', 'email', ['a']],
      ['on its channel, with several dependencies', 'email', ['a', 'there']],
      ['on the next channel', 'other', ['a']],
    ])('but not a dependent that the skip has released: %s', async (_, channel, on) => {
      await buckets.store([ended('there')]);
      await fixture.broker.publish([late(waiting('a', ['never'])), { ...late(waiting('b', on, 'settled')), channel }]);
      await vi.waitFor(async () =>
        expect(await fixture.redis.zcount(`repid:${channel}:waiting`, 0, Date.now())).not.toBe(0),
      );
      const consumer = await fixture.broker.consume({ channels: ['email', 'other'] });
      const [b] = await consumer.receive(1, { wait: true });
      expect(textOf(b!)).toBe('b');
      expect(await fixture.where('b')).toBe('running');
      await b!.settle({ ...ACK, releases: on });
      await expectNothingLeft();
    });

    function late(one: OutgoingMessage): OutgoingMessage {
      return { ...one, waits: { ...one.waits!, timeout: 1 } };
    }
  });

  describe('checks and registers atomically', () => {
    it('for a graph whose ids have earlier results', async () => {
      await buckets.store([ended('first'), ended('second')]);
      await fixture.broker.publish([
        { ...waiting('third', ['second']), clears: [{ id: 'third', into: buckets }] },
        { ...waiting('second', ['first']), clears: [{ id: 'second', into: buckets }] },
        { ...job('first'), clears: [{ id: 'first', into: buckets }] },
      ]);
      expect(await take(await fixture.consume())).toEqual(['first']);
      expect((await fixture.broker.channels.stats('email')).waiting).toBe(2);
    });

    it('for arguments of the same batch', async () => {
      const args = { id: 'args', body: '{"ttl":null,"timestamp":1,"data":1}', ttl: null, success: true, into: buckets };
      await fixture.broker.publish([waiting('x', ['args']), { ...job('y'), buckets: [args] }]);
      expect((await take(await fixture.consume())).toSorted()).toEqual(['x', 'y']);
    });

    it('together with clients that wait for the same bucket', async () => {
      const early = buckets.wait('first', { timeout: 2_000 });
      await fixture.broker.publish([waiting('x', ['first'])]);
      const late = buckets.wait('first', { timeout: 2_000 });
      await vi.waitFor(async () => expect(await fixture.redis.scard('repid::clients:first')).toBe(1));
      expect(await fixture.redis.pttl('repid::awaited')).toBe(-1);
      const first = ended('first');
      await buckets.store([first]);
      expect(await Promise.all([early, late])).toEqual([first.body, first.body]);
      expect(await take(await fixture.consume())).toEqual(['x']);
      expect(await fixture.redis.exists('repid::clients:first')).toBe(0);
    });

    it('for jobs of other channels', async () => {
      const elsewhere = { ...waiting('x', ['first']), channel: 'post', priority: 'high' } as const;
      await fixture.broker.publish([elsewhere, job('first')]);
      const [first] = await (await fixture.consume()).receive(1, { wait: true });
      await first!.settle({ ...ACK, bucket: { ...ended('first'), into: buckets } });
      const consumer = await fixture.broker.consume({ channels: ['post'] });
      const [x] = await consumer.receive(1, { wait: true });
      expect(x).toMatchObject({ priority: 'high', message: { channel: 'post' } });
      expect(await fixture.where('x')).toBe('running');
    });

    it('for buckets of a transactional bucket broker, and refuses others', async () => {
      const stranger = new RedisBucketBroker(fixture.server.url);
      const odd = waiting('x', ['first']);
      const waits = { ...odd.waits!, result: { ...odd.waits!.result!, into: stranger } };
      await expect(fixture.broker.publish([{ ...odd, waits }])).rejects.toMatchObject({ code: 'REPID_UNSUPPORTED' });
    });
  });

  describe('keeps jobs that were skipped because of a failure', () => {
    it('for as long as their results, and revives them with the dead letter', async () => {
      await publishAndFail();
      for (const key of ['repid::skipped:email:b', 'repid::skipped:email:c', 'repid::skipped-for:a']) {
        expect(await fixture.redis.pttl(key)).toBeGreaterThan(59_000);
      }
      expect(await fixture.broker.channels.replayDeadLetters('email', { withDependents: true })).toMatchObject({
        replayed: 1,
      });
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 1, waiting: 2, deadLetters: 0 });
      expect(await fixture.redis.keys('*skipped*')).toEqual([]);
      const consumer = await fixture.consume();
      for (const id of ['a', 'b', 'c']) {
        const [delivery] = await consumer.receive(1, { wait: true });
        expect(textOf(delivery!)).toBe(id);
        const releases = delivery!.message.headers['releases']?.split(',');
        await delivery!.settle({ ...ACK, releases, bucket: { ...ended(id), into: buckets } });
      }
      await expectNothingLeft();
    });

    it('but does not overwrite a job that was enqueued again', async () => {
      await publishAndFail();
      await fixture.broker.publish([job('b', { delay: 60_000 })]);
      await fixture.broker.channels.replayDeadLetters('email', { withDependents: true });
      expect(await fixture.where('b')).toBe('delayed');
      expect(await fixture.where('c')).toBe('waiting');
    });

    it('and skips them again if another condition is not met', async () => {
      await buckets.store([ended('z', 'failed')]);
      await publishAndFail(['a', 'z']);
      await fixture.broker.channels.replayDeadLetters('email', { withDependents: true });
      const [, b] = await buckets.get(['a', 'b']);
      expect(JSON.parse(b!)).toMatchObject({ skipped: true, exception: expect.stringContaining('"z"') as string });
    });

    it('but not those that were skipped because of a success', async () => {
      await fixture.broker.publish([waiting('fallback', ['a'], 'failure')]);
      await buckets.store([ended('a')]);
      expect(await fixture.redis.keys('*skipped*')).toEqual([]);
    });

    it('and replays a dead letter that stores no result', async () => {
      await fixture.broker.publish([job('z')]);
      const [z] = await (await fixture.consume()).receive(1, { wait: true });
      await z!.settle({ outcome: { ...NACK, headers: z!.message.headers } });
      expect(await fixture.broker.channels.replayDeadLetters('email', { withDependents: true })).toMatchObject({
        replayed: 1,
      });
    });

    async function publishAndFail(on = ['a']): Promise<void> {
      const root = job('a', { headers: { topic: 'act', 'repid-id': 'a', 'repid-result': '' } });
      await fixture.broker.publish([waiting('c', ['b']), waiting('b', on), root]);
      const [a] = await (await fixture.consume()).receive(1, { wait: true });
      const outcome = { ...NACK, headers: a!.message.headers };
      await a!.settle({ outcome, bucket: { ...ended('a', 'failed', { cause: 'rain' }), into: buckets } });
    }
  });

  describe('inspects a job', () => {
    it.each([
      ['waiting', () => waiting('x', ['a', 'b']), { missing: [{ bucketId: 'b', condition: 'success' }] }],
      ['delayed', () => job('x', { dueAt: 9_999_999_999_999 }), { dueAt: 9_999_999_999_999 }],
      ['queued', () => job('x'), {}],
    ])('that is %s', async (location, make, more) => {
      await buckets.store([ended('a')]);
      await fixture.broker.publish([make()]);
      const inspection = await fixture.broker.inspect('x');
      expect(inspection).toMatchObject({ location, message: { headers: { 'repid-id': 'x' } }, ...more });
    });

    it('that does not exist', async () => {
      expect(await fixture.broker.inspect('x')).toBeUndefined();
      expect(await fixture.broker.waiters('x')).toEqual([]);
    });
  });

  it('sends no further command for a message without dependencies', async () => {
    await fixture.broker.publish([message('x')]);
    const commands = await commandsOf(() => fixture.broker.publish([message('x')]));
    expect(commands).toEqual(['evalsha', 'xadd']);
  });

  /** A job that waits for several buckets, so that they are not inlined. */
  function reading(id: string): OutgoingMessage {
    return waiting(id, ['first', 'other']);
  }

  /** A waiting job. Its header names the buckets that its settlement releases. */
  function waiting(id: string, on: readonly string[], condition: Condition = 'success'): OutgoingMessage {
    const result = { id, ttl: 60_000, into: buckets };
    const waits = { on: on.map((bucketId) => ({ bucketId, condition })), timeout: 60_000, result };
    return job(id, { waits, headers: { topic: 'act', 'repid-id': id, releases: on.join(',') } });
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await fixture.keysOfJobs()).toEqual([]);
  }

  async function commandsOf(action: () => Promise<unknown>): Promise<string[]> {
    await fixture.redis.config('RESETSTAT');
    await action();
    const stats = await fixture.redis.info('commandstats');
    return [...stats.matchAll(/^cmdstat_([^:]+):/gm)]
      .map(([, name]) => name!)
      .filter((name) => !/config|info/.test(name))
      .toSorted();
  }
});

interface Case {
  readonly name: string;
  readonly needs: Condition;
  readonly state: BucketState;
  readonly exception?: string;
  readonly cause?: string;
}

function ended(
  id: string,
  state: BucketState = 'succeeded',
  more: Partial<BucketRecord & { exception: string }> = {},
): BucketRecord {
  const { exception, cause, ttl = 60_000 } = more;
  const at = new Date(1);
  const success = state === 'succeeded';
  const result = { success, exception, startedAt: at, finishedAt: at, timestamp: at, ttl, data: { ttl: 1 } };
  const skipped = state === 'skipped' ? { skipped: true } : {};
  return { id, ttl, success, ...skipped, cause, body: codec.encodeResult({ ...result, ...skipped }) };
}
