import { HEADER, type OutgoingMessage } from '@repid/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const GROUP = 'repid:email:group';

/** Several times the number that one call ends. */
const MANY = 1_700;

describe('Administration of a channel in Redis', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  describe('purge() of many messages', () => {
    it('ends all in steps, stores each result, and leaves nothing behind', async () => {
      await publish(MANY, (n) => withResult(`queued ${n}`, { priority: (['high', 'medium', 'low'] as const)[n % 3]! }));
      await publish(MANY, (n) => withResult(`delayed ${n}`, { delay: 60_000 + n }));
      expect(await fixture.broker.channels.purge('email')).toBe(2 * MANY);
      const ids = Array.from({ length: MANY }, (_, n) => [`queued ${n}`, `delayed ${n}`]).flat();
      for (const body of await buckets.get(ids)) expect(body).toContain('"cancelled":true');
      expect(await fixture.redis.exists('repid::jobs', 'repid:email:delayed', 'repid:email:delayed:messages')).toBe(0);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0, delayed: 0 });
    });

    it('keeps messages that are published in the meantime', async () => {
      await publish(MANY, (n) => job(`${n}`));
      await publish(MANY, (n) => job(`delayed ${n}`, { delay: 60_000 + n }));
      let isOver = false;
      const late: string[] = [];
      const purged = fixture.broker.channels.purge('email').finally(() => (isOver = true));
      const other = await fixture.connected();
      while (!isOver) {
        const id = `late ${late.length}`;
        await other.publish([job(id, late.length % 2 ? {} : { delay: 60_000 })]);
        late.push(id);
      }
      const count = await purged;
      const { queued, delayed } = await fixture.broker.channels.stats('email');
      expect(count + queued + delayed).toBe(2 * MANY + late.length);
      await fixture.broker.publish([job('after')]);
      expect(await fixture.where('after')).toBe('queued');
    });

    it('ends all others if one cannot be ended, and reports why', async () => {
      await fixture.broker.publish([withResult('a'), withResult('b', { delay: 60_000 }), withResult('c')]);
      await fixture.redis.rename('repid:email:delayed:messages', 'aside');
      await fixture.redis.set('repid:email:delayed:messages', 'not ours');
      const purged = fixture.broker.channels.purge('email');
      await expect(purged).rejects.toMatchObject({ code: 'REPID_BROKER_REFUSED' });
      await expect(purged).rejects.toThrow('WRONGTYPE');
      expect(await Promise.all(['a', 'b', 'c'].map((id) => fixture.where(id)))).toEqual([
        undefined,
        'delayed',
        undefined,
      ]);
      await fixture.redis.rename('aside', 'repid:email:delayed:messages');
      expect(await fixture.broker.channels.purge('email')).toBe(1);
      expect((await buckets.get(['b']))[0]).toContain('"cancelled":true');
    });

    it('works on a full server', async () => {
      await publish(10, (n) => withResult(`${n}`));
      await fixture.redis.config('SET', 'maxmemory', '1');
      try {
        expect(await fixture.broker.channels.purge('email')).toBe(10);
      } finally {
        await fixture.redis.config('SET', 'maxmemory', '0');
      }
    });
  });

  describe('delete() of many messages', () => {
    it('ends all in steps, in every state, and removes every key', async () => {
      const consumer = await fixture.consume();
      await publish(20, (n) => withResult(`running ${n}`));
      const running = await consumer.receive(20, { wait: true });
      await publish(MANY, (n) => withResult(`queued ${n}`));
      await publish(MANY, (n) => withResult(`delayed ${n}`, { delay: 60_000 }));
      const on = [{ bucketId: 'never', condition: 'success' }] as const;
      await publish(MANY, (n) =>
        withResult(`waiting ${n}`, {
          waits: { on, timeout: 60_000, result: { id: `waiting ${n}`, ttl: 60_000, into: buckets } },
        }),
      );
      await consumer.close();
      await fixture.broker.channels.delete('email');
      const ids = Array.from({ length: MANY }, (_, n) => [`queued ${n}`, `delayed ${n}`, `waiting ${n}`]).flat();
      ids.push(...running.map(textOf));
      for (const body of await buckets.get(ids)) expect(body).toContain('"cancelled":true');
      const keys = (await fixture.redis.keys('*')).filter((key) => !key.startsWith('repid:bucket:'));
      expect(keys).toEqual([]);
      await expect(running[0]!.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    });

    it('removes keys of unexpected types', async () => {
      for (const suffix of ['', ':high', ':dlq', ':delayed', ':waiting', ':paused', ':consumers'])
        await fixture.redis.set(`repid:email${suffix}`, 'not ours');
      await fixture.broker.channels.delete('email');
      expect(await fixture.redis.keys('*')).toEqual([]);
    });
  });

  describe('dead letters', () => {
    it('are removed with their own arguments: deleted, trimmed, or with their channel', async () => {
      const few = await fixture.connected({ deadLetters: { maxCount: 2 } });
      const consumer = await few.consume({ channels: ['email'] });
      for (const id of ['a', 'b', 'c']) await deadLetter(id);
      expect(await argumentsLeft()).toEqual(['b', 'c']);
      const [b] = await few.channels.deadLetters('email', 1);
      expect(await few.channels.deleteDeadLetters('email', [b!.id, 'nonsense', '0-1', b!.id])).toBe(1);
      expect(await argumentsLeft()).toEqual(['c']);
      await few.channels.delete('email');
      expect(await argumentsLeft()).toEqual([]);

      async function deadLetter(id: string): Promise<void> {
        await buckets.store([
          { id: `${id}#args`, body: '{"ttl":null,"timestamp":1,"data":1}', ttl: null, success: true },
        ]);
        await fixture.broker.publish([
          job(id, { headers: { topic: 'act', [HEADER.id]: id, [HEADER.argsBucket]: '' } }),
        ]);
        const [delivery] = await consumer.receive(1, { wait: true });
        const reason = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 };
        await delivery!.settle({ outcome: { type: 'nack', headers: delivery!.message.headers, reason } });
      }
    });

    async function argumentsLeft(): Promise<string[]> {
      const keys = await fixture.redis.keys('repid:bucket:*#args');
      return keys.map((key) => key.slice('repid:bucket:'.length, -'#args'.length)).toSorted();
    }

    it('are replayed in steps, in any number', { timeout: 30_000 }, async () => {
      await publishLetters(MANY);
      const { replayed, letters } = await fixture.broker.channels.replayDeadLetters('email', { limit: 10_000 });
      expect(replayed).toBe(MANY);
      expect(letters.map(({ jobId }) => jobId)).toEqual(Array.from({ length: MANY }, (_, n) => `${n}`));
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: MANY, deadLetters: 0 });
    });

    it('are replayed by id in steps, and reported in that order', async () => {
      await publishLetters(MANY);
      const ids = (await fixture.broker.channels.deadLetters('email', MANY)).map(({ id }) => id).toReversed();
      const { letters } = await fixture.broker.channels.replayDeadLetters('email', { ids, limit: MANY - 1 });
      expect(letters.map(({ id }) => id)).toEqual(ids.slice(0, -1));
      expect(await fixture.broker.channels.deleteDeadLetters('email', ids)).toBe(1);
    });

    it.each([
      ['unknown fields', ['nonsense', 'x']],
      ['headers that are not JSON', ['payload', 'x', 'headers', '{']],
      ['headers that are not an object', ['payload', 'x', 'headers', '["a"]']],
      ['a header that is not text', ['payload', 'x', 'headers', '{"topic":5}']],
      ['too many fields', ['payload', 'x', ...Array.from({ length: 600 }, (_, n) => `${n}`)]],
    ])('are kept and reported if they are malformed: %s', async (_, fields) => {
      await fixture.redis.xadd('repid:email:dlq', '*', ...fields, 'original_stream', 'repid:email', 'reason', '{}');
      const { replayed, letters } = await fixture.broker.channels.replayDeadLetters('email');
      expect([replayed, letters.map(({ outcome }) => outcome)]).toEqual([0, ['malformed']]);
      expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1);
    });

    async function publishLetters(count: number): Promise<void> {
      const pipeline = fixture.redis.pipeline();
      for (let n = 0; n < count; n++) {
        const headers = JSON.stringify({ topic: 'act', [HEADER.id]: `${n}` });
        pipeline.xadd('repid:email:dlq', '*', 'payload', 'x', 'headers', headers, 'original_stream', 'repid:email');
      }
      await pipeline.exec();
    }
  });

  describe('the count of queued messages', () => {
    it('is exact if the Python library acknowledges entries without deleting them', async () => {
      await fixture.broker.publish(Array.from({ length: 30 }, (_, n) => message(`${n}`)));
      await fixture.broker.channels.declare('email');
      const entries = await takeAsPython(20);
      await fixture.redis.xack('repid:email', GROUP, ...entries.filter((_, n) => n !== 3 && n !== 10));
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 10, running: 2 });
      expect(await fixture.redis.xlen('repid:email')).toBe(12);
      await fixture.redis.xack('repid:email', GROUP, entries[3]!, entries[10]!);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 10, running: 0 });
      await takeAsPython(10).then((rest) => fixture.redis.xack('repid:email', GROUP, ...rest));
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0, running: 0 });
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
    });

    it('is exact during a pause with Python consumers', async () => {
      await fixture.broker.publish(Array.from({ length: 9 }, (_, n) => message(`${n}`)));
      await fixture.broker.channels.declare('email');
      const entries = await takeAsPython(5);
      await fixture.broker.channels.pause('email');
      await fixture.redis.xack('repid:email', GROUP, ...entries);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 4, running: 0 });
      await fixture.broker.channels.resume('email');
      expect((await (await fixture.consume()).receive(9, { wait: true })).map(textOf)).toEqual(['5', '6', '7', '8']);
    });

    it('ignores entries of other consumer groups', async () => {
      await fixture.redis.xadd('repid:email', '*', 'payload', 'history');
      await fixture.redis.xgroup('CREATE', 'repid:email', GROUP, '$');
      await fixture.broker.channels.stats('email');
      expect(await fixture.redis.xlen('repid:email')).toBe(1);
    });

    async function takeAsPython(count: number): Promise<string[]> {
      const reply = await fixture.redis.xreadgroup(
        'GROUP',
        GROUP,
        'repid-01ab23cd',
        'COUNT',
        count,
        'STREAMS',
        'repid:email',
        '>',
      );
      return reply![0]![1].map(([entry]) => entry);
    }
  });

  it('does not dead-letter a message that a Python consumer kept for long and lost', async () => {
    const hasty = await fixture.connected({ ownershipTime: 100, maxDeliveries: 3 });
    await hasty.publish([message('kept')]);
    await hasty.channels.declare('email');
    await fixture.redis.xreadgroup('GROUP', GROUP, 'repid-01ab23cd', 'COUNT', 1, 'STREAMS', 'repid:email', '>');
    const [[entry]] = (await fixture.redis.xpending('repid:email', GROUP, '-', '+', 1)) as [[string]];
    for (let n = 0; n < 50; n++) await fixture.redis.xclaim('repid:email', GROUP, 'repid-01ab23cd', 0, entry);
    const consumer = await hasty.consume({ channels: ['email'] });
    await vi.waitFor(async () => {
      await consumer.receive(1, { wait: false });
      expect(consumer.hasSuspects).toBe(true);
    });
    const [alone] = await consumer.receive(1, { wait: false, alone: true });
    expect([textOf(alone!), alone!.isExhausted]).toEqual(['kept', false]);
    await alone!.settle(ACK);
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ deadLetters: 0, running: 0 });
  });

  async function publish(count: number, make: (n: number) => OutgoingMessage): Promise<void> {
    await fixture.broker.publish(Array.from({ length: count }, (_, n) => make(n)));
  }

  function withResult(id: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    return job(id, { ...more, headers: { topic: 'act', [HEADER.id]: id, [HEADER.resultBucket]: '' } });
  }
});
