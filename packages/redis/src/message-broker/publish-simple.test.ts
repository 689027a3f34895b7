import type { OutgoingMessage } from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, RedisStage, job, message, textOf } from '../../../../test/support/redis-stage.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const DELAYED = message('later', { channel: 'other', delay: 60_000 });

describe('What is usual among what is published', () => {
  const stage = new RedisStage();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await stage.joinedBuckets()));

  it('is written by a script of its own, without a look at each', async () => {
    await stage.broker.publish([message('warm')]);
    await stage.redis.config('RESETSTAT');
    await stage.broker.publish(['a', 'b', 'c'].flatMap(chainOf));
    const stats = await stage.redis.info('commandstats');
    const calls = Object.fromEntries([...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, n, c]) => [n, +c!]));
    expect(calls).toMatchObject({ xadd: 3, hset: 2, zadd: 1, hmget: 2, exists: 1 });
  });

  it.each([
    ['chains', () => chainOf('a')],
    ['with ids that no header says', () => chainOf('a').map((one) => ({ ...one, headers: { topic: 'act' } }))],
    ['with results elsewhere', () => chainOf('a').map((one) => resultIn(one, `${one.id}-result`))],
    ['that tell nobody that they were skipped', () => chainOf('a').map((one) => resultIn(one, undefined))],
    ['on two channels', () => chainOf('a').map((one, n) => ({ ...one, channel: n % 2 ? 'sms' : 'email' }))],
    ['beside bare messages', () => [message('x'), ...chainOf('a'), message('y')]],
  ])('leaves the same behind as by the script for everything: %s', async (_, make) => {
    await stage.broker.publish([...make(), DELAYED]);
    const thorough = await contents();
    await stage.redis.flushall();
    await stage.broker.publish(make());
    expect(await contents()).toEqual(thorough);
  });

  it.each<[string, () => Promise<unknown> | undefined, (messages: OutgoingMessage[]) => OutgoingMessage[]]>([
    ['an id is taken', () => stage.broker.publish([job('a-2')]), (chain) => chain],
    ['an id comes twice', () => undefined, (chain) => [...chain, job('a-1')]],
  ])('is not published at all where %s', async (_, prepare, make) => {
    await prepare();
    const before = await contents();
    await expect(stage.broker.publish(make(chainOf('a')))).rejects.toMatchObject({ code: 'REPID_DUPLICATE_JOB' });
    expect(await contents()).toEqual(before);
  });

  describe('in one turn with what is not', () => {
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
      ['with the same to wait for', () => [[waiting('a', 'x')], [waiting('b', 'x')]], [PUBLISHED, PUBLISHED]],
    ])('is published, and the others are told why they are not: %s', async (_, make, codes) => {
      await stage.broker.publish([job('taken')]);
      const publications = make();
      const ends = await Promise.allSettled(publications.map((messages) => stage.broker.publish(messages)));
      expect(ends.map((end) => (end.status === 'rejected' ? end.reason.code : undefined))).toEqual(codes);
      const published = publications.flatMap((messages, n) => (codes[n] === PUBLISHED ? messages : []));
      const there = await Promise.all(published.map(({ id }) => stage.where(id!)));
      expect(there).toEqual(published.map(({ waits }) => (waits ? 'waiting' : 'queued')));
      const { queued, waiting: parked } = await stage.broker.channels.stats('email');
      expect(queued + parked).toBe(published.length + 1);
    });

    it('needs a second look only at the others', async () => {
      await stage.broker.publish([job('taken')]);
      const ids = ['a', 'taken', 'b', 'c'];
      const calls = await callsDuring(() => Promise.allSettled(ids.map((id) => stage.broker.publish([job(id)]))));
      expect(calls.map((call) => ids.filter((id) => call.includes(id)))).toEqual([ids, ['taken']]);
    });

    /** The arguments of scripts that are called meanwhile, the first 32 of each. */
    async function callsDuring(act: () => Promise<unknown>): Promise<string[][]> {
      await stage.redis.config('SET', 'slowlog-log-slower-than', 0);
      await stage.redis.slowlog('RESET');
      await act();
      const log = (await stage.redis.slowlog('GET', 100)) as [number, number, number, string[]][];
      await stage.redis.config('SET', 'slowlog-log-slower-than', -1);
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

  it('has several wait for one', async () => {
    await stage.broker.publish([...chainOf('a'), waiting('b', 'a-0')]);
    expect((await stage.broker.waiters('a-0')).map(({ jobId }) => jobId).toSorted()).toEqual(['a-1', 'b']);
    await stage.broker.publish([waiting('c', 'a-0')]);
    expect((await stage.broker.waiters('a-0')).map(({ jobId }) => jobId).toSorted()).toEqual(['a-1', 'b', 'c']);
  });

  it('begins at once where what they wait for is there', async () => {
    await buckets.store([{ id: 'a-0', ttl: 60_000, success: true, body: '{"success":true,"timestamp":1,"data":1}' }]);
    await stage.broker.publish(chainOf('a').slice(1));
    const [first] = await (await stage.consume()).receive(1, { wait: true });
    expect(textOf(first!)).toBe('a-1');
    expect(first!.input?.bucketId).toBe('a-0');
    expect(await stage.where('a-2')).toBe('waiting');
  });

  it.each(['repid::jobs', 'repid:email:waiting', 'repid::awaited', 'repid:email'])(
    'is refused as a whole where something else lies at %s',
    async (key) => {
      await stage.redis.set(key, 'not ours');
      await expect(stage.broker.publish(chainOf('a'))).rejects.toMatchObject({ code: 'REPID_BROKER_REFUSED' });
      expect((await stage.redis.keys('*')).filter((one) => one !== 'repid::channels')).toEqual([key]);
    },
  );

  it('tells consumers by when the first must not wait any more', async () => {
    const consumer = await stage.consume();
    const late = waiting('late', 'never');
    const received = consumer.receive(1, { wait: true });
    await stage.broker.publish([
      { ...late, waits: { ...late.waits!, timeout: 50 } },
      waiting('after', 'late', 'settled'),
    ]);
    const [after] = await received;
    expect(textOf(after!)).toBe('after');
    await after!.settle({ ...ACK, releases: ['late'] });
    expect(await stage.keysOfJobs()).toEqual([]);
  });

  /** Three jobs, each of which waits for the one before. */
  function chainOf(name: string): OutgoingMessage[] {
    return [job(`${name}-0`), waiting(`${name}-1`, `${name}-0`), waiting(`${name}-2`, `${name}-1`, 'settled')];
  }

  function waiting(id: string, bucketId: string, condition: 'success' | 'settled' = 'success'): OutgoingMessage {
    return job(id, {
      waits: { on: [{ bucketId, condition }], timeout: 60_000, result: { id, ttl: 60_000, into: buckets } },
    });
  }

  function resultIn(one: OutgoingMessage, id: string | undefined): OutgoingMessage {
    const result = id === undefined ? undefined : { id, ttl: null, into: buckets };
    return one.waits ? { ...one, waits: { ...one.waits, result } } : one;
  }

  /** Everything that was written, save times and the channel of what is delayed. */
  async function contents(): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const key of (await stage.redis.keys('*')).filter((one) => !one.includes('other')).toSorted()) {
      const kind = await stage.redis.type(key);
      if (kind === 'stream') found[key] = (await stage.redis.xrange(key, '-', '+')).map(([, fields]) => fields);
      else if (kind === 'hash') found[key] = hashOf(await stage.redis.hgetallBuffer(key));
      else if (kind === 'zset') found[key] = (await stage.redis.zrange(key, '0', '-1')).toSorted();
      else if (key !== 'repid::channels') found[key] = kind;
    }
    return found;
  }

  /** Entries' ids are times. */
  function hashOf(hash: Record<string, Buffer>): Record<string, string> {
    const texts = Object.entries(hash).map(([name, value]) => [
      name,
      value.toString('latin1').replace(/^m\d+-\d+@/, 'm@'),
    ]);
    return Object.fromEntries(texts);
  }
});
