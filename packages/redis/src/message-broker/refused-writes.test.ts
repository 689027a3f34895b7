import type { BucketWrite, Consumer, Delivery, OutgoingMessage, RepidError, Settlement } from '@repid/core';
import { DEFAULTS, HEADER } from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, job, message, RedisFixture } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const NACK = {
  outcome: { type: 'nack', headers: {}, reason: { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 } },
} as const;

/** An operation, and the state before it. */
interface Operation {
  readonly before?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
}

/** Keys that are written independently of the operation, or do not describe jobs. */
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

  const OPERATIONS: Record<string, Operation> = {
    'publishing a message': { run: () => fixture.broker.publish([message('x')]) },
    'publishing a job': { run: () => fixture.broker.publish([job('x')]) },
    'publishing with high priority': { run: () => fixture.broker.publish([job('x', { priority: 'high' })]) },
    'publishing with a delay': {
      run: () => fixture.broker.publish([job('x', { delay: 60_000 }), message('y', { delay: 9 })]),
    },
    'publishing on two channels': { run: () => fixture.broker.publish([job('x'), job('y', { channel: 'other' })]) },
    'publishing with arguments and another result bucket': {
      run: () => fixture.broker.publish([job('x', { resultId: 'r', buckets: [kept('args')] }), job('y')]),
    },
    'publishing over an old result': {
      before: () => buckets.store([result('x')]),
      run: () => fixture.broker.publish([job('x', { clears: [{ id: 'x', into: buckets }] })]),
    },
    'publishing a job that waits for one bucket': {
      run: () => fixture.broker.publish([job('y'), waiting('x', ['y'])]),
    },
    'publishing jobs that wait for the same bucket': {
      before: () => fixture.broker.publish([waiting('x', ['y'])]),
      run: () => fixture.broker.publish([waiting('z', ['y'])]),
    },
    'publishing a job that waits for several buckets': {
      run: () => fixture.broker.publish([job('y'), waiting('x', ['y', 'z'])]),
    },
    'publishing arguments that a job waits for': {
      before: () => fixture.broker.publish([waiting('x', ['args']), waiting('z', ['args', 'more'])]),
      run: () => fixture.broker.publish([job('y', { buckets: [kept('args')] })]),
    },
    'publishing a job that is skipped immediately': {
      before: () => buckets.store([result('y', false)]),
      run: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['x', 'y'])]),
    },
    'acknowledging a message': { before: () => take(message('x')), run: () => settle(ACK) },
    'acknowledging a job': { before: () => take(job('x')), run: () => settle(ACK) },
    'acknowledging several jobs': { before: () => take(job('x'), job('y')), run: () => settle(ACK, ACK) },
    'acknowledging a job with its own arguments': { before: () => take(own('x')), run: () => settle(ACK) },
    'storing a result': { before: () => take(job('x')), run: () => settle({ ...ACK, bucket: written('x') }) },
    'storing a result that one job waits for': {
      before: () => take(job('x'), waiting('y', ['x'])),
      run: () => settle({ ...ACK, bucket: written('x') }),
    },
    'storing a result that several jobs wait for': {
      before: () => take(job('x'), waiting('y', ['x']), waiting('z', ['x'], 'other'), waiting('a', ['x', 'y'])),
      run: () => settle({ ...ACK, bucket: written('x') }),
    },
    'storing a failure that several jobs wait for': {
      before: () => take(job('x'), waiting('y', ['x']), waiting('z', ['y'], 'other'), waiting('a', ['x', 'y'])),
      run: () => settle({ ...NACK, bucket: written('x', false) }),
    },
    'settling with followers': {
      before: () => take(job('x')),
      run: () => settle({ ...ACK, publish: [job('y'), message('z', { channel: 'other' }), waiting('a', ['y'])] }),
    },
    'dead-lettering a job': { before: () => take(own('x')), run: () => settle(NACK) },
    'rejecting a job': {
      before: () => take(job('x')),
      run: () => settle({ outcome: { type: 'reject', headers: {} } }),
    },
    'retrying a job': {
      before: () => take(job('x')),
      run: () => settle({ outcome: { type: 'retry', headers: {}, delay: 60_000 } }),
    },
    'cancelling a queued job': {
      before: () => fixture.broker.publish([own('x'), waiting('y', ['x']), waiting('z', ['x', 'y'])]),
      run: () => fixture.broker.cancel('x', cancelled()),
    },
    'cancelling a delayed job': {
      before: () => fixture.broker.publish([own('x', { delay: 60_000 }), waiting('y', ['x'])]),
      run: () => fixture.broker.cancel('x', cancelled()),
    },
    'cancelling a waiting job': {
      before: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['x', 'y'])]),
      run: () => fixture.broker.cancel('z', cancelled()),
    },
    'cancelling a running job': {
      before: () => take(own('x'), waiting('y', ['x'])),
      run: () => fixture.broker.cancel('x', cancelled()),
    },
    'pausing a channel': {
      before: () => take(job('x')),
      run: () => fixture.broker.channels.pause('email'),
    },
    'resuming a channel': {
      before: async () => {
        await take(job('x'));
        await fixture.broker.channels.pause('email');
      },
      run: () => fixture.broker.channels.resume('email'),
    },
    'purging queued jobs': {
      before: () => fixture.broker.publish([own('x'), waiting('y', ['x'], 'other'), waiting('z', ['x', 'y'], 'other')]),
      run: () => fixture.broker.channels.purge('email'),
    },
    'purging delayed jobs': {
      before: () => fixture.broker.publish([own('x', { delay: 60_000 }), waiting('y', ['x'], 'other')]),
      run: () => fixture.broker.channels.purge('email'),
    },
    'deleting dead letters': {
      before: async () => {
        await deadLetter(own('x'));
        letters = (await fixture.redis.xrange('repid:email:dlq', '-', '+')).map(([id]) => id);
      },
      run: () => fixture.broker.channels.deleteDeadLetters('email', letters),
    },
    'replaying a dead letter': {
      before: () => deadLetter(own('x')),
      run: () => fixture.broker.channels.replayDeadLetters('email'),
    },
    'replaying a dead letter with its dependents': {
      before: async () => {
        await fixture.broker.publish([waiting('y', ['x'], 'other'), waiting('z', ['x', 'y'], 'other')]);
        await deadLetter(job('x'), written('x', false));
      },
      run: () => fixture.broker.channels.replayDeadLetters('email', { withDependents: true }),
    },
    'storing a bucket': {
      before: () => fixture.broker.publish([waiting('x', ['y']), waiting('z', ['y', 'x'])]),
      run: () => buckets.store([result('y')]),
    },
  };

  describe.each(Object.entries(OPERATIONS))('%s', (name, { before, run }) => {
    it('is atomic if one of its keys has the wrong type', async () => {
      const keys = await keysOf(before, run);
      for (const key of keys) {
        await start(before);
        await damage(key);
        const there = await contents();
        const refusal = await refusalOf(run);
        if (refusal === undefined) continue;
        // Without its stream, no consumer owns the delivery.
        expect(['REPID_BROKER_REFUSED', 'REPID_LOST_OWNERSHIP'], key).toContain((refusal as RepidError).code);
        expect(await contents(), key).toEqual(there);
      }
    });

    it('is refused by a full server only if it adds data', async () => {
      const done = Object.keys(await contentsAfter(before, run));
      await start(before);
      const there = await contents();
      await fixture.redis.config('SET', 'maxmemory', 1);
      const refusal = await refusalOf(run);
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
      const refusal = await refusalOf(run);
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

  async function deadLetter(given: OutgoingMessage, bucket?: BucketWrite): Promise<void> {
    await take(given);
    await settle({ ...NACK, outcome: { ...NACK.outcome, headers: given.headers }, bucket });
  }

  async function refusalOf(run: Operation['run']): Promise<unknown> {
    return run().then(
      () => undefined,
      (problem: unknown) => problem,
    );
  }

  async function start(before: Operation['before']): Promise<void> {
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

  /** The keys that exist before or after the operation. */
  async function keysOf(before: Operation['before'], run: Operation['run']): Promise<string[]> {
    await start(before);
    const there = Object.keys(await contents());
    await run();
    return [...new Set([...there, ...Object.keys(await contents())])];
  }

  async function contentsAfter(before: Operation['before'], run: Operation['run']): Promise<Record<string, string>> {
    await start(before);
    await run();
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

  /** A job with its own arguments, which stores a result. */
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
