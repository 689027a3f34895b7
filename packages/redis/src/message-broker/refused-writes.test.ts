import type { BucketWrite, Consumer, Delivery, OutgoingMessage, RepidError, Settlement } from '@repid/core';
import { DEFAULTS, HEADER } from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, job, message, RedisFixture } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const NACK = {
  outcome: { type: 'nack', headers: {}, reason: { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 } },
} as const;

/** A state, and a command. */
interface Act {
  readonly before?: () => Promise<unknown>;
  readonly act: () => Promise<unknown>;
}

/** Keys that are written apart from any act, or say nothing of jobs. */
const APART = new Set(['repid::channels', 'repid:email:consumers', 'repid:other:consumers']);

/** Operations that add data. A full server refuses only these. */
const GROWS = /^(publishing|storing a bucket|replaying)/;

describe('A command that Redis refuses', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  let consumer: Consumer | undefined;
  let taken: readonly Delivery[];
  let letters: readonly string[];

  beforeEach(async () => {
    buckets = await fixture.transactionalBuckets();
    consumer = undefined;
  });

  const cancelled = () => ({ result: { into: buckets, exception: 'CancelledError: no' } });

  const OPERATIONS: Record<string, Act> = {
    'publishing a message': { act: () => fixture.broker.publish([message('x')]) },
    'publishing a job': { act: () => fixture.broker.publish([job('x')]) },
    'publishing with high priority': { act: () => fixture.broker.publish([job('x', { priority: 'high' })]) },
    'publishing with a delay': {
      act: () => fixture.broker.publish([job('x', { delay: 60_000 }), message('y', { delay: 9 })]),
    },
    'publishing on two channels': { act: () => fixture.broker.publish([job('x'), job('y', { channel: 'other' })]) },
    'publishing with arguments and another result bucket': {
      act: () => fixture.broker.publish([job('x', { resultId: 'r', buckets: [kept('args')] }), job('y')]),
    },
    'publishing over an old result': {
      before: () => buckets.store([result('x')]),
      act: () => fixture.broker.publish([job('x', { clears: [{ id: 'x', into: buckets }] })]),
    },
    'publishing a job that waits for one bucket': {
      act: () => fixture.broker.publish([job('y'), waiting('x', ['y'])]),
    },
    'publishing jobs that wait for the same bucket': {
      before: () => fixture.broker.publish([waiting('x', ['y'])]),
      act: () => fixture.broker.publish([waiting('z', ['y'])]),
    },
    'publishing a job that waits for several buckets': {
      act: () => fixture.broker.publish([job('y'), waiting('x', ['y', 'z'])]),
    },
    'publishing arguments that a job waits for': {
      before: () => fixture.broker.publish([waiting('x', ['args']), waiting('z', ['args', 'more'])]),
      act: () => fixture.broker.publish([job('y', { buckets: [kept('args')] })]),
    },
    'publishing a job that is skipped immediately': {
      before: () => buckets.store([result('y', false)]),
      act: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['x', 'y'])]),
    },
    'acknowledging a message': { before: () => take(message('x')), act: () => settle(ACK) },
    'acknowledging a job': { before: () => take(job('x')), act: () => settle(ACK) },
    'acknowledging several jobs': { before: () => take(job('x'), job('y')), act: () => settle(ACK, ACK) },
    'acknowledging a job with its own arguments': { before: () => take(own('x')), act: () => settle(ACK) },
    'storing a result': { before: () => take(job('x')), act: () => settle({ ...ACK, bucket: written('x') }) },
    'storing a result that one job waits for': {
      before: () => take(job('x'), waiting('y', ['x'])),
      act: () => settle({ ...ACK, bucket: written('x') }),
    },
    'storing a result that several jobs wait for': {
      before: () => take(job('x'), waiting('y', ['x']), waiting('z', ['x'], 'other'), waiting('a', ['x', 'y'])),
      act: () => settle({ ...ACK, bucket: written('x') }),
    },
    'storing a failure that several jobs wait for': {
      before: () => take(job('x'), waiting('y', ['x']), waiting('z', ['y'], 'other'), waiting('a', ['x', 'y'])),
      act: () => settle({ ...NACK, bucket: written('x', false) }),
    },
    'settling with followers': {
      before: () => take(job('x')),
      act: () => settle({ ...ACK, publish: [job('y'), message('z', { channel: 'other' }), waiting('a', ['y'])] }),
    },
    'dead-lettering a job': { before: () => take(own('x')), act: () => settle(NACK) },
    'rejecting a job': {
      before: () => take(job('x')),
      act: () => settle({ outcome: { type: 'reject', headers: {} } }),
    },
    'retrying a job': {
      before: () => take(job('x')),
      act: () => settle({ outcome: { type: 'retry', headers: {}, delay: 60_000 } }),
    },
    'cancelling a queued job': {
      before: () => fixture.broker.publish([own('x'), waiting('y', ['x']), waiting('z', ['x', 'y'])]),
      act: () => fixture.broker.cancel('x', cancelled()),
    },
    'cancelling a delayed job': {
      before: () => fixture.broker.publish([own('x', { delay: 60_000 }), waiting('y', ['x'])]),
      act: () => fixture.broker.cancel('x', cancelled()),
    },
    'cancelling a waiting job': {
      before: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['x', 'y'])]),
      act: () => fixture.broker.cancel('z', cancelled()),
    },
    'cancelling a running job': {
      before: () => take(own('x'), waiting('y', ['x'])),
      act: () => fixture.broker.cancel('x', cancelled()),
    },
    'pausing a channel': {
      before: () => take(job('x')),
      act: () => fixture.broker.channels.pause('email'),
    },
    'resuming a channel': {
      before: async () => {
        await take(job('x'));
        await fixture.broker.channels.pause('email');
      },
      act: () => fixture.broker.channels.resume('email'),
    },
    'purging queued jobs': {
      before: () => fixture.broker.publish([own('x'), waiting('y', ['x'], 'other'), waiting('z', ['x', 'y'], 'other')]),
      act: () => fixture.broker.channels.purge('email'),
    },
    'purging delayed jobs': {
      before: () => fixture.broker.publish([own('x', { delay: 60_000 }), waiting('y', ['x'], 'other')]),
      act: () => fixture.broker.channels.purge('email'),
    },
    'deleting dead letters': {
      before: async () => {
        await giveUp(own('x'));
        letters = (await fixture.redis.xrange('repid:email:dlq', '-', '+')).map(([id]) => id);
      },
      act: () => fixture.broker.channels.deleteDeadLetters('email', letters),
    },
    'replaying a dead letter': {
      before: () => giveUp(own('x')),
      act: () => fixture.broker.channels.replayDeadLetters('email'),
    },
    'replaying a dead letter with its dependents': {
      before: async () => {
        await fixture.broker.publish([waiting('y', ['x'], 'other'), waiting('z', ['x', 'y'], 'other')]);
        await giveUp(job('x'), written('x', false));
      },
      act: () => fixture.broker.channels.replayDeadLetters('email', { withDependents: true }),
    },
    'storing a bucket': {
      before: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['y', 'x'])]),
      act: () => buckets.store([result('y')]),
    },
  };

  describe.each(Object.entries(OPERATIONS))('%s', (name, { before, act }) => {
    it('is atomic if one of its keys has the wrong type', async () => {
      const keys = await keysOf(before, act);
      for (const key of keys) {
        await start(before);
        await damage(key);
        const there = await contents();
        const refusal = await refusalOf(act);
        if (refusal === undefined) continue;
        // Without its stream, no consumer owns the delivery.
        expect(['REPID_BROKER_REFUSED', 'REPID_LOST_OWNERSHIP'], key).toContain((refusal as RepidError).code);
        expect(await contents(), key).toEqual(there);
      }
    });

    it('is refused by a full server only if it adds data', async () => {
      const done = Object.keys(await contentsAfter(before, act));
      await start(before);
      const there = await contents();
      await fixture.redis.config('SET', 'maxmemory', 1);
      const refusal = await refusalOf(act);
      await fixture.redis.config('SET', 'maxmemory', 0);
      const now = await contents();
      const isRefused = GROWS.test(name);
      expect((refusal as RepidError | undefined)?.code).toBe(isRefused ? 'REPID_BROKER_UNAVAILABLE' : undefined);
      expect(Object.keys(now)).toEqual(isRefused ? Object.keys(there) : done);
      expect(isRefused ? now : there).toEqual(there);
    });

    it('changes nothing on a read-only server', async () => {
      await start(before);
      const there = await contents();
      await fixture.redis.config('SET', 'min-replicas-to-write', 1);
      const refusal = await refusalOf(act);
      await fixture.redis.config('SET', 'min-replicas-to-write', 0);
      expect(refusal).toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
      expect(await contents()).toEqual(there);
    });
  });

  it('does not include the end of a job on a full server', async () => {
    await take(job('x'), own('y'), waiting('z', ['x']));
    await fixture.broker.publish([own('a')]);
    await fixture.redis.config('SET', 'maxmemory', 1);
    await settle({ ...ACK, bucket: written('x'), publish: [job('follower')] }, NACK);
    await fixture.broker.cancel('a', cancelled());
    await fixture.redis.config('SET', 'maxmemory', 0);
    expect(await fixture.where('z')).toBe('queued');
    expect(await fixture.where('follower')).toBe('queued');
  });

  async function giveUp(given: OutgoingMessage, bucket?: BucketWrite): Promise<void> {
    await take(given);
    await settle({ ...NACK, outcome: { ...NACK.outcome, headers: given.headers }, bucket });
  }

  async function refusalOf(act: Act['act']): Promise<unknown> {
    return act().then(
      () => undefined,
      (problem: unknown) => problem,
    );
  }

  async function start(before: Act['before']): Promise<void> {
    await consumer?.close();
    consumer = undefined;
    await fixture.redis.flushall();
    await before?.();
  }

  /** Publishes messages, and receives those that are queued. */
  async function take(...messages: OutgoingMessage[]): Promise<void> {
    consumer = await fixture.consume();
    await fixture.broker.publish(messages);
    const count = messages.filter(({ waits }) => waits === undefined).length;
    const received: Delivery[] = [];
    while (received.length < count) received.push(...(await consumer.receive(count, { wait: true })));
    taken = received;
  }

  /** Settles each received message with its settlement, in one call. */
  async function settle(...settlements: Settlement[]): Promise<void> {
    await Promise.all(settlements.map((settlement, n) => taken[n]!.settle(settlement)));
  }

  /** Those that are there before the act or after it. */
  async function keysOf(before: Act['before'], act: Act['act']): Promise<string[]> {
    await start(before);
    const there = Object.keys(await contents());
    await act();
    return [...new Set([...there, ...Object.keys(await contents())])];
  }

  async function contentsAfter(before: Act['before'], act: Act['act']): Promise<Record<string, string>> {
    await start(before);
    await act();
    return contents();
  }

  async function damage(key: string): Promise<void> {
    const type = await fixture.redis.type(key);
    await fixture.redis.del(key);
    if (type === 'string') await fixture.redis.rpush(key, 'not ours');
    else await fixture.redis.set(key, 'not ours');
  }

  async function contents(): Promise<Record<string, string>> {
    const keys = (await fixture.redis.keys('*')).filter((key) => !APART.has(key)).toSorted();
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await contentOf(key)])));
  }

  async function contentOf(key: string): Promise<string> {
    const pending = (await fixture.redis.type(key)) === 'stream' ? await pendingOf(key) : '';
    return `${(await fixture.redis.dumpBuffer(key)).toString('hex')}${pending}`;
  }

  async function pendingOf(stream: string): Promise<string> {
    const found = await fixture.redis.xpending(stream, 'repid:email:group', '-', '+', 10).catch(() => []);
    return (found as string[][]).map(([entry]) => entry).join(' ');
  }

  function kept(id: string): BucketWrite {
    return { id, ttl: null, success: true, body: '{"ttl":null,"timestamp":1,"data":1}', into: buckets };
  }

  function result(id: string, success = true) {
    const body = `{"success":${success},"ttl":60000,"timestamp":1,"startedAt":1,"finishedAt":1,"data":null}`;
    return { id, ttl: 60_000, success, body };
  }

  function written(id: string, success = true): BucketWrite {
    return { ...result(id, success), into: buckets };
  }

  /** A job with arguments of its own, which stores a result. */
  function own(id: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    const headers = { topic: 'act', [HEADER.id]: id, [HEADER.argsBucket]: '', [HEADER.resultBucket]: '' };
    return job(id, { ...more, headers, buckets: [kept(`${id}#args`)] });
  }

  function waiting(id: string, on: readonly string[], channel = 'email'): OutgoingMessage {
    const into = { id, ttl: DEFAULTS.resultTtl, into: buckets };
    const headers = { topic: 'act', [HEADER.id]: id, [HEADER.resultBucket]: '' };
    const waits = {
      on: on.map((bucketId) => ({ bucketId, condition: 'success' as const })),
      timeout: 60_000,
      result: into,
    };
    return job(id, { channel, headers, waits });
  }
});
