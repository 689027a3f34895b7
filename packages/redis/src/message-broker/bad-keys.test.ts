import type { Consumer, OutgoingMessage } from '@repid/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { LIMITS } from '../options/defaults.js';

const KEY_SUFFIXES = [
  '',
  ':high',
  ':low',
  ':delayed',
  ':delayed:messages',
  ':waiting',
  ':dlq',
  ':paused',
  ':consumers',
];
const TOO_MANY = Array.from({ length: LIMITS.entryFields + 1 }, (_, n) => [`field ${n}`, 'x']).flat();

describe('A key of the wrong type', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  let problems: string[];
  beforeEach(async () => {
    buckets = await fixture.transactionalBuckets();
    problems = [];
  });

  it.each(KEY_SUFFIXES)('of one channel ("%s") does not stop the other channels of the worker', async (suffix) => {
    const channels = ['bad', 'email', 'sms'];
    const consumer = await consume(channels);
    await fixture.redis.del(`repid:bad${suffix}`);
    await fixture.redis.set(`repid:bad${suffix}`, 'not ours');
    await fixture.broker.publish([
      message('now'),
      message('high', { priority: 'high' }),
      message('later', { delay: 50, channel: 'sms' }),
      waiting('late', 50),
    ]);
    expect((await receive(consumer, 3)).toSorted()).toEqual(['high', 'later', 'now']);
    await vi.waitFor(async () => expect((await buckets.get(['late']))[0]).toContain('"skipped":true'), 5_000);
    await consumer.close();
  });

  it.each(KEY_SUFFIXES)(
    'of the only channel ("%s") does not prevent the start of a worker, which recovers when the key is repaired',
    async (suffix) => {
      await fixture.redis.set(`repid:email${suffix}`, 'not ours');
      const consumer = await consume(['email']);
      const received = consumer.receive(1, { wait: true });
      await fixture.redis.del(`repid:email${suffix}`);
      await fixture.broker.publish([message('x')]);
      expect((await received).map(textOf)).toEqual(['x']);
      await consumer.close();
    },
  );

  it('is reported by name, at intervals', async () => {
    const consumer = await consume(['email', 'bad']);
    await fixture.redis.set('repid:bad:delayed', 'not ours');
    await fixture.redis.set('repid:bad:low', 'not ours');
    for (let n = 0; n < 5; n++) {
      await fixture.broker.publish([message(`${n}`, { delay: 20 })]);
      await receive(consumer, 1);
      await fixture.redis.publish('repid:bad:control', 'look');
    }
    await vi.waitFor(() => expect(problems).not.toEqual([]));
    expect(problems).toEqual([
      expect.stringContaining('Channel "bad": WRONGTYPE repid:bad:delayed holds a string, where a zset should be'),
    ]);
    await consumer.close();
  });

  it('instead of a stream does not stop the other streams', async () => {
    const consumer = await consume(['email', 'bad']);
    await fixture.broker.publish([message('x', { channel: 'bad', priority: 'low' })]);
    await fixture.redis.del('repid:bad');
    await fixture.redis.set('repid:bad', 'not ours');
    await fixture.broker.publish([message('y')]);
    expect((await receive(consumer, 2)).toSorted()).toEqual(['x', 'y']);
    await consumer.close();
  });

  it('of a job whose wait has timed out does not prevent other skips', async () => {
    const consumer = await consume(['email', 'sms']);
    await fixture.broker.publish([
      waiting('stuck', 30, ['a', 'b']),
      waiting('late', 60, ['a', 'b']),
      waiting('other', 60),
    ]);
    await fixture.redis.del('repid::waiting:sms:stuck');
    await fixture.redis.set('repid::waiting:sms:stuck', 'not ours');
    await vi.waitFor(async () => {
      const bodies = await buckets.get(['late', 'other']);
      for (const body of bodies) expect(body).toContain('"skipped":true');
    }, 5_000);
    expect(problems).toEqual([expect.stringContaining('Channel "sms"')]);
    await consumer.close();
  });

  describe('or with invalid data: a delayed message', () => {
    it.each([
      ['that is not packed', 'invalid'],
      ['that is empty', ''],
      ['that is packed but not a list', Buffer.from([0x05])],
      ['without fields', Buffer.from([0x93, 0xa1, 0x6d, 0x00, 0x90])],
      ['with an unknown priority', Buffer.from([0x93, 0xa1, 0x78, 0x00, 0x92, 0xa1, 0x61, 0xa1, 0x62])],
      ['with a field that is not text', Buffer.from([0x93, 0xa1, 0x6d, 0x00, 0x92, 0xa1, 0x61, 0x05])],
    ])('%s goes to the dead letters, and later messages are delivered', async (_, record) => {
      await fixture.broker.publish([job('invalid', { delay: 20 }), message('fine', { delay: 30 })]);
      const [member] = await fixture.redis.zrange('repid:email:delayed', '0', '0');
      await fixture.redis.hset('repid:email:delayed:messages', member!, record);
      const consumer = await consume(['email']);
      expect(await receive(consumer, 1)).toEqual(['fine']);
      const [letter] = await fixture.broker.channels.deadLetters('email', 2);
      expect(letter!.reason).toMatchObject({ code: 'REPID_MALFORMED_MESSAGE' });
      expect(await fixture.redis.exists('repid:email:delayed', 'repid:email:delayed:messages', 'repid::jobs')).toBe(0);
      expect(problems).toEqual([expect.stringContaining('The record of a delayed message is damaged')]);
      await consumer.close();
    });

    it('without its record is removed', async () => {
      await fixture.broker.publish([job('gone', { delay: 20 }), message('fine', { delay: 30 })]);
      const [member] = await fixture.redis.zrange('repid:email:delayed', '0', '0');
      await fixture.redis.hdel('repid:email:delayed:messages', member!);
      const consumer = await consume(['email']);
      expect(await receive(consumer, 1)).toEqual(['fine']);
      expect(await fixture.where('gone')).toBeUndefined();
      await consumer.close();
    });

    it('stays delayed if the dead letters have the wrong type, and does not stop others', async () => {
      await fixture.redis.set('repid:email:dlq', 'not ours');
      await fixture.broker.publish([job('invalid', { delay: 20 }), message('fine', { delay: 30 })]);
      const [member] = await fixture.redis.zrange('repid:email:delayed', '0', '0');
      await fixture.redis.hset('repid:email:delayed:messages', member!, 'invalid');
      const consumer = await consume(['email']);
      expect(await receive(consumer, 1)).toEqual(['fine']);
      await fixture.redis.del('repid:email:dlq');
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1), 5_000);
      await consumer.close();
    });
  });

  it('instead of the job index keeps an invalid delayed message where it is, without a dead letter', async () => {
    await fixture.broker.publish([job('invalid', { delay: 20 }), message('fine', { delay: 30 })]);
    const [member] = await fixture.redis.zrange('repid:email:delayed', '0', '0');
    await fixture.redis.hset('repid:email:delayed:messages', member!, 'invalid');
    await fixture.redis.del('repid::jobs');
    await fixture.redis.set('repid::jobs', 'not ours');
    const consumer = await consume(['email']);
    expect(await receive(consumer, 1)).toEqual(['fine']);
    expect(await fixture.redis.exists('repid:email:dlq')).toBe(0);
    await fixture.redis.del('repid::jobs');
    await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1), 5_000);
    expect(await fixture.redis.exists('repid:email:delayed')).toBe(0);
    await consumer.close();
  });

  describe('or with an entry of thousands of fields', () => {
    it.each([LIMITS.entryFields + 1, 4_000, 20_000])('dead-letters it when it is read: %i fields', async (count) => {
      const fields = Array.from({ length: count }, (_, n) => [`field ${n}`, 'x']).flat();
      await fixture.redis.xadd('repid:email', '*', ...fields);
      await fixture.broker.publish([message('fine')]);
      const consumer = await consume(['email']);
      expect(await receive(consumer, 1)).toEqual(['fine']);
      await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email:dlq')).toBe(1));
      const [letter] = await fixture.broker.channels.deadLetters('email', 1);
      expect(letter!.reason.message).toContain(`it has ${count} fields, more than ${LIMITS.entryFields}`);
      await consumer.close();
    });

    it('dead-letters entries that were delayed before', async () => {
      await fixture.broker.publish([message('stuck', { delay: 30 }), message('fine', { delay: 40 })]);
      const [member] = await fixture.redis.zrange('repid:email:delayed', '0', '0');
      const pack = `redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack({ 'm', 0, { unpack(ARGV, 2) } }))`;
      await fixture.redis.eval(pack, 1, 'repid:email:delayed:messages', member!, ...TOO_MANY);
      const consumer = await consume(['email']);
      expect(await receive(consumer, 1)).toEqual(['fine']);
      const [letter] = await fixture.broker.channels.deadLetters('email', 1);
      expect(letter!.reason.message).toContain(`more than ${LIMITS.entryFields} fields`);
      await consumer.close();
    });

    it('accepts the maximum number of fields', async () => {
      const fields = ['payload', 'x', ...TOO_MANY.slice(4)];
      await fixture.redis.xadd('repid:email', '*', ...fields);
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      await delivery!.settle({ outcome: { type: 'retry', headers: delivery!.message.headers, delay: 20 } });
      expect(await receive(await consume(['email']), 1)).toEqual(['x']);
    });
  });

  function consume(channels: string[]): Promise<Consumer> {
    return fixture.broker.consume({ channels, onProblem: ({ message: text }) => void problems.push(text) });
  }

  function waiting(id: string, timeout: number, on = ['never']): OutgoingMessage {
    return job(id, {
      channel: 'sms',
      waits: {
        on: on.map((bucketId) => ({ bucketId, condition: 'success' })),
        timeout,
        result: { id, ttl: 60_000, into: buckets },
      },
    });
  }
});

async function receive(consumer: Consumer, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const deliveries = await consumer.receive(count - texts.length, { wait: true });
    texts.push(...deliveries.map(textOf));
    await Promise.all(deliveries.map((delivery) => delivery.settle(ACK)));
  }
  return texts;
}
