import type { OutgoingMessage } from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { keyspaceOf } from '../../../../test/support/redis-keyspace.js';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

describe('Simple messages', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  it('are published by a script that checks all of them together', async () => {
    await fixture.broker.publish([message('warm')]);
    await fixture.redis.config('RESETSTAT');
    await fixture.broker.publish(['a', 'b', 'c'].flatMap(chainOf));
    const stats = await fixture.redis.info('commandstats');
    const calls = Object.fromEntries([...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, n, c]) => [n, +c!]));
    expect(calls).toMatchObject({ xadd: 3, hset: 2, zadd: 1, hmget: 2, exists: 1 });
  });

  it.each<[string, () => Promise<unknown> | undefined, (messages: OutgoingMessage[]) => OutgoingMessage[]]>([
    ['an id is taken', () => fixture.broker.publish([job('a-2')]), (chain) => chain],
    ['an id is used twice', () => undefined, (chain) => [...chain, job('a-1')]],
  ])('are not published if %s', async (_, prepare, make) => {
    await fixture.broker.publish([message('first')]); // Registers the channel.
    await prepare();
    const before = await keyspaceOf(fixture.redis);
    await expect(fixture.broker.publish(make(chainOf('a')))).rejects.toMatchObject({ code: 'REPID_DUPLICATE_JOB' });
    expect(await keyspaceOf(fixture.redis)).toEqual(before);
  });

  describe('published in one turn with others', () => {
    const [TAKEN, PUBLISHED] = ['REPID_DUPLICATE_JOB', undefined];

    it.each<[string, () => OutgoingMessage[][], (string | undefined)[]]>([
      ['alone', () => [[job('a')], [job('taken')], [job('b')], [job('a')]], [PUBLISHED, TAKEN, PUBLISHED, TAKEN]],
      ['in pairs', () => [pair('a', 'b'), pair('c', 'taken'), pair('c', 'd')], [PUBLISHED, TAKEN, PUBLISHED]],
      ['in chains', () => [chainOf('a'), chainOf('a'), chainOf('b')], [PUBLISHED, TAKEN, PUBLISHED]],
      [
        'in chains of any length',
        () => [chainOf('a'), [job('a-1')], chainOf('b').slice(1)],
        [PUBLISHED, TAKEN, PUBLISHED],
      ],
      [
        'in hundreds',
        () => [hundreds('a'), [...hundreds('b'), job('taken')], hundreds('c')],
        [PUBLISHED, TAKEN, PUBLISHED],
      ],
      ['in hundreds of one size', () => [hundreds('a'), [...hundreds('b').slice(1), job('taken')]], [PUBLISHED, TAKEN]],
      ['with the same dependency', () => [[waiting('a', 'x')], [waiting('b', 'x')]], [PUBLISHED, PUBLISHED]],
    ])('are published, and the others are refused: %s', async (_, make, codes) => {
      await fixture.broker.publish([job('taken')]);
      const publications = make();
      const ends = await Promise.allSettled(publications.map((messages) => fixture.broker.publish(messages)));
      expect(ends.map((end) => (end.status === 'rejected' ? end.reason.code : undefined))).toEqual(codes);
      const published = publications.flatMap((messages, n) => (codes[n] === PUBLISHED ? messages : []));
      const there = await Promise.all(published.map(({ id }) => fixture.where(id!)));
      expect(there).toEqual(published.map(({ waits }) => (waits ? 'waiting' : 'queued')));
      const { queued, waiting: blocked } = await fixture.broker.channels.stats('email');
      expect(queued + blocked).toBe(published.length + 1);
    });

    it('need no general path for themselves', async () => {
      await fixture.broker.publish([job('taken')]);
      const ids = ['a', 'taken', 'b', 'c'];
      const calls = await callsDuring(() => Promise.allSettled(ids.map((id) => fixture.broker.publish([job(id)]))));
      expect(calls.map((call) => ids.filter((id) => call.includes(id)))).toEqual([ids, ['taken']]);
    });

    /** Returns the first 32 arguments of each script call during the action. */
    async function callsDuring(action: () => Promise<unknown>): Promise<string[][]> {
      await fixture.redis.config('SET', 'slowlog-log-slower-than', 0);
      await fixture.redis.slowlog('RESET');
      await action();
      const log = (await fixture.redis.slowlog('GET', 100)) as [number, number, number, string[]][];
      await fixture.redis.config('SET', 'slowlog-log-slower-than', -1);
      return log
        .map(([, , , command]) => command)
        .filter(([name]) => name === 'evalsha')
        .toReversed();
    }

    function hundreds(name: string): OutgoingMessage[] {
      return Array.from({ length: 600 }, (_, n) => job(`${name}-${n}`));
    }

    function pair(...ids: readonly string[]): OutgoingMessage[] {
      return ids.map((id) => job(id));
    }
  });

  it('may wait for the same bucket', async () => {
    await fixture.broker.publish([...chainOf('a'), waiting('b', 'a-0')]);
    expect((await fixture.broker.waiters('a-0')).map(({ jobId }) => jobId).toSorted()).toEqual(['a-1', 'b']);
    await fixture.broker.publish([waiting('c', 'a-0')]);
    expect((await fixture.broker.waiters('a-0')).map(({ jobId }) => jobId).toSorted()).toEqual(['a-1', 'b', 'c']);
  });

  it('are released immediately if the bucket exists', async () => {
    await buckets.store([{ id: 'a-0', ttl: 60_000, success: true, body: '{"success":true,"timestamp":1,"data":1}' }]);
    await fixture.broker.publish(chainOf('a').slice(1));
    const [first] = await (await fixture.consume()).receive(1, { wait: true });
    expect(textOf(first!)).toBe('a-1');
    expect(first!.inlinedResult?.bucketId).toBe('a-0');
    expect(await fixture.where('a-2')).toBe('waiting');
  });

  it.each(['repid::jobs', 'repid:email:waiting', 'repid::awaited', 'repid:email'])(
    'are refused as a batch if %s has the wrong type',
    async (key) => {
      await fixture.redis.set(key, 'not ours');
      await expect(fixture.broker.publish(chainOf('a'))).rejects.toMatchObject({ code: 'REPID_BROKER_REFUSED' });
      expect((await fixture.redis.keys('*')).filter((one) => one !== 'repid::channels')).toEqual([key]);
    },
  );

  it('notify consumers of the earliest timeout', async () => {
    const consumer = await fixture.consume();
    const late = waiting('late', 'never');
    const received = consumer.receive(1, { wait: true });
    await fixture.broker.publish([
      { ...late, waits: { ...late.waits!, timeout: 50 } },
      waiting('after', 'late', 'settled'),
    ]);
    const [after] = await received;
    expect(textOf(after!)).toBe('after');
    await after!.settle({ ...ACK, releases: ['late'] });
    expect(await fixture.keysOfJobs()).toEqual([]);
  });

  /** Three jobs, each of which waits for the previous one. */
  function chainOf(name: string): OutgoingMessage[] {
    return [job(`${name}-0`), waiting(`${name}-1`, `${name}-0`), waiting(`${name}-2`, `${name}-1`, 'settled')];
  }

  function waiting(id: string, bucketId: string, condition: 'success' | 'settled' = 'success'): OutgoingMessage {
    return job(id, {
      waits: { on: [{ bucketId, condition }], timeout: 60_000, result: { id, ttl: 60_000, into: buckets } },
    });
  }
});
