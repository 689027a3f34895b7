import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type Delivery, HEADER, type OutgoingMessage, type Settlement } from '@repid/core';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestRedis, startRedis } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import type { RedisMessageBrokerOptions } from '../options/broker-options.js';
import { RedisMessageBroker } from './redis-message-broker.js';

const ACK: Settlement = { outcome: { type: 'ack' } };

describe('RedisMessageBroker on its server', () => {
  let server: TestRedis;
  let redis: Redis;
  let broker: RedisMessageBroker;
  const brokers: RedisMessageBroker[] = [];

  beforeAll(async () => {
    server = await startRedis({ own: true });
    redis = new Redis(server.url);
    redis.on('error', () => undefined);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    broker = await connected();
  });
  afterEach(async () => {
    await Promise.all(brokers.splice(0).map((one) => one.disconnect()));
  });

  async function connected(options: RedisMessageBrokerOptions = {}): Promise<RedisMessageBroker> {
    const one = new RedisMessageBroker(server.url, options);
    brokers.push(one);
    await one.connect();
    return one;
  }

  const message = (text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    ...{ channel: 'email', payload: Buffer.from(text), headers: { topic: 'act' } },
    ...more,
  });
  const job = (id: string, more: Partial<OutgoingMessage> = {}) =>
    message(id, { id, headers: { topic: 'act', [HEADER.id]: id }, ...more });
  const consume = (onProblem?: (problem: Error) => void): Promise<Consumer> =>
    broker.consume({ channels: ['email'], onProblem });
  const textOf = (delivery: Delivery): string => Buffer.from(delivery.message.payload).toString();
  const take = async (consumer: Consumer, max = 10): Promise<string[]> =>
    (await consumer.receive(max, { wait: true })).map(textOf);

  describe('on the wire', () => {
    it('writes a bare message as the Python library does, and nothing else', async () => {
      await broker.publish([message('{}', { contentType: 'application/json', replyTo: 'answers' })]);
      expect((await redis.xrange('repid:email', '-', '+'))[0]![1]).toEqual([
        ...['payload', '{}', 'headers', '{"topic":"act"}'],
        ...['content_type', 'application/json', 'reply_to', 'answers'],
      ]);
      expect((await redis.keys('*')).toSorted()).toEqual(['repid:channels', 'repid:email']);
    });

    it('leaves out what a message does not have', async () => {
      await broker.publish([message('x', { headers: {} })]);
      expect((await redis.xrange('repid:email', '-', '+'))[0]![1]).toEqual(['payload', 'x']);
    });

    it('reads what the Python library writes', async () => {
      await redis.xadd(
        'repid:email',
        '*',
        'payload',
        'hi',
        'headers',
        '{"topic": "act"}',
        'content_type',
        'text/plain',
      );
      const [delivery] = await (await consume()).receive(1, { wait: true });
      expect(textOf(delivery!)).toBe('hi');
      expect(delivery!.message).toMatchObject({ headers: { topic: 'act' }, contentType: 'text/plain' });
    });

    it('writes a dead letter with where it came from and why', async () => {
      await broker.publish([message('spoilt')]);
      const [delivery] = await (await consume()).receive(1, { wait: true });
      const reason = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 };
      await delivery!.settle({ outcome: { type: 'nack', headers: { topic: 'act', tried: '1' }, reason } });
      expect((await redis.xrange('repid:email:dlq', '-', '+'))[0]![1]).toEqual([
        ...['payload', 'spoilt', 'headers', '{"topic":"act","tried":"1"}'],
        ...['original_stream', 'repid:email', 'original_id', delivery!.id, 'reason', JSON.stringify(reason)],
      ]);
    });

    it('reads a dead letter that has no reason', async () => {
      await redis.xadd('repid:email:dlq', '1700000000000-0', 'payload', 'old', 'original_stream', 'repid:email');
      const [letter] = await broker.channels.deadLetters('email', 1);
      expect(letter).toMatchObject({ id: '1700000000000-0', reason: { at: 1_700_000_000_000 } });
    });

    it('gives a job whose headers do not say its id a field for it', async () => {
      await broker.publish([message('x', { id: 'j1' })]);
      expect((await redis.xrange('repid:email', '-', '+'))[0]![1]).toContain('id');
      const [delivery] = await (await consume()).receive(1, { wait: true });
      await delivery!.settle(ACK);
      expect(await broker.locate('email', 'j1')).toBeUndefined();
    });
  });

  describe('malformed entries', () => {
    it.each([
      ['no payload', ['nonsense', 'yes']],
      ['headers that are not JSON', ['payload', 'x', 'headers', '{"topic"']],
      ['headers that are no object', ['payload', 'x', 'headers', '[]']],
      ['headers that are not texts', ['payload', 'x', 'headers', '{"a":{"b":1}}']],
      ['random bytes', [Buffer.from([0, 255, 128]), Buffer.from([1, 254])]],
    ])('go to the dead letters as they came: %s', async (_, fields) => {
      const problems: Error[] = [];
      await redis.xadd('repid:email', '*', ...fields);
      const consumer = await consume((problem) => problems.push(problem));
      await broker.publish([message('good')]);
      expect(await take(consumer)).toEqual(['good']);
      await vi.waitFor(async () => expect(await redis.xlen('repid:email:dlq')).toBe(1));
      const [[, dead]] = (await redis.xrangeBuffer('repid:email:dlq', '-', '+')) as [[Buffer, Buffer[]]];
      expect(dead.slice(0, fields.length)).toEqual(fields.map((field) => Buffer.from(field)));
      expect((await broker.channels.deadLetters('email', 1))[0]!.reason.code).toBe('REPID_MALFORMED_MESSAGE');
      expect(problems).toHaveLength(1);
    });
  });

  describe('when the server misbehaves', () => {
    it('goes on after its connections were killed while a receive waits', async () => {
      const consumer = await consume();
      const received = take(consumer);
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await vi.waitFor(() => broker.publish([message('after')]));
      expect(await received).toContain('after');
    });

    it('sends a delayed message due after its subscriber was cut', async () => {
      const consumer = await consume();
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await broker.publish([message('later', { delay: 100 })]);
      expect(await take(consumer)).toEqual(['later']);
    });

    it('rejects in time while the server does not answer, and goes on afterwards', async () => {
      const impatient = await connected({ publishTimeout: 300 });
      const begun = performance.now();
      server.freeze();
      try {
        await expect(impatient.publish([message('x')])).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
        await expect(impatient.channels.stats('email')).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
      } finally {
        server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(2_000);
      await vi.waitFor(() => impatient.publish([message('x')]), { timeout: 5_000 });
    });

    it('can be woken and disconnected while the server does not answer', async () => {
      const impatient = await connected({ publishTimeout: 500 });
      const consumer = await impatient.consume({ channels: ['email'] });
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      const begun = performance.now();
      server.freeze();
      try {
        consumer.wake();
        expect(await received).toEqual([]);
        await impatient.disconnect();
      } finally {
        server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(5_000);
    });

    it('can be woken while the server is away', async () => {
      const consumer = await consume();
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      server.freeze();
      try {
        consumer.wake();
        expect(await received).toEqual([]);
        const again = consumer.receive(1, { wait: true });
        await sleep(20);
        const begun = performance.now();
        consumer.wake();
        expect(await again).toEqual([]);
        expect(performance.now() - begun).toBeLessThan(100);
      } finally {
        server.thaw();
      }
    });

    it('gives up connecting in time', async () => {
      const nowhere = new RedisMessageBroker('redis://127.0.0.1:1', { connectTimeout: 200 });
      await expect(nowhere.connect()).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    });

    it('loads its script again after the server forgot it', async () => {
      await broker.publish([message('one')]);
      await redis.script('FLUSH');
      await broker.publish([message('two')]);
      expect(await redis.xlen('repid:email')).toBe(2);
    });

    it.each([
      ['everything', () => redis.flushall()],
      ['the group', () => redis.xgroup('DESTROY', 'repid:email', 'repid:email:group')],
    ])('goes on after the server lost %s', async (_, lose) => {
      const consumer = await consume();
      const received = consumer.receive(1, { wait: true });
      await lose();
      await broker.publish([message('after')]);
      expect((await received).map(textOf)).toEqual(['after']);
    });

    it('loses ownership of what the server lost', async () => {
      await broker.publish([message('x')]);
      const [delivery] = await (await consume()).receive(1, { wait: true });
      await redis.flushall();
      await expect(delivery!.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    });

    it('commits once where the answer to a settlement is lost', async () => {
      await broker.publish([message('x')]);
      const [delivery] = await (await consume()).receive(1, { wait: true });
      const publish = Array.from({ length: 20_000 }, () => message('follower', { channel: 'next' }));
      const settled = delivery!.settle({ ...ACK, publish });
      await sleep(5);
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await settled;
      expect(await redis.xlen('repid:next')).toBe(20_000);
      expect(await redis.xlen('repid:email')).toBe(0);
    });

    it('warns where the server may evict messages', async () => {
      await redis.config('SET', 'maxmemory', '1gb');
      await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const onProblem = vi.fn<(problem: Error) => void>();
      await connected({ onProblem });
      await redis.config('SET', 'maxmemory', '0');
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
      expect(onProblem.mock.calls[0]![0].message).toContain('maxmemory-policy "allkeys-lru"');
    });
  });

  describe('with several at work', () => {
    it('gives each message to one of two brokers', async () => {
      const other = await connected();
      const consumers = [await consume(), await other.consume({ channels: ['email'] })];
      const texts = Array.from({ length: 500 }, (_, n) => `message ${n}`);
      const seen: string[] = [];
      const work = consumers.map(async (consumer) => {
        while (seen.length < texts.length) {
          const deliveries = await consumer.receive(7, { wait: true });
          seen.push(...deliveries.map(textOf));
          await Promise.all(deliveries.map((delivery) => delivery.settle(ACK)));
        }
        consumers.forEach((one) => one.wake());
      });
      await Promise.all([...texts.map((text) => broker.publish([message(text)])), ...work]);
      expect(seen.toSorted()).toEqual(texts.toSorted());
    });

    it('never answers more than it was asked for, whatever the priorities', async () => {
      const consumer = await consume();
      const received = consumer.receive(1, { wait: true });
      await broker.publish((['low', 'medium', 'high'] as const).map((priority) => message(priority, { priority })));
      const all = [...(await received)];
      expect(all).toHaveLength(1);
      while (all.length < 3) all.push(...(await consumer.receive(1, { wait: true })));
      expect(all.map(textOf).toSorted()).toEqual(['high', 'low', 'medium']);
    });

    it('loses nothing to waking at the moment of arrival', async () => {
      const consumer = await consume();
      for (let n = 0; n < 100; n++) {
        const received = consumer.receive(1, { wait: true });
        const published = broker.publish([message(`${n}`)]);
        if (n % 2) await Promise.resolve();
        consumer.wake();
        await published;
        const deliveries = [...(await received)];
        if (deliveries.length === 0) deliveries.push(...(await consumer.receive(1, { wait: true })));
        expect(deliveries.map(textOf)).toEqual([`${n}`]);
        await deliveries[0]!.settle(ACK);
      }
    });

    it('gives nothing from a channel that another process paused', async () => {
      const consumer = await consume();
      const received = take(consumer);
      const other = await connected();
      await other.channels.pause('email');
      await sleep(50);
      await other.publish([message('held back')]);
      consumer.wake();
      expect(await received).toEqual([]);
      await other.channels.resume('email');
      expect(await take(consumer)).toEqual(['held back']);
    });
  });

  describe('time', () => {
    it('delivers delayed messages within 50 ms of when they are due', async () => {
      const consumer = await consume();
      const begun = performance.now();
      const delays = Array.from({ length: 20 }, (_, n) => 100 + n * 20);
      await Promise.all(delays.map((delay) => broker.publish([message(`${delay}`, { delay })])));
      const lateness: number[] = [];
      while (lateness.length < delays.length) {
        const deliveries = await consumer.receive(10, { wait: true });
        for (const delivery of deliveries) lateness.push(performance.now() - begun - Number(textOf(delivery)));
      }
      lateness.sort((one, other) => one - other);
      expect(lateness[0]).toBeGreaterThanOrEqual(-1);
      expect(lateness[lateness.length / 2]).toBeLessThan(50);
    });

    it('wakes a consumer that sleeps until something later', async () => {
      await broker.publish([message('much later', { delay: 60_000 })]);
      const consumer = await consume();
      const received = take(consumer);
      const other = await connected();
      const begun = performance.now();
      await other.publish([message('soon', { delay: 100 })]);
      expect(await received).toEqual(['soon']);
      expect(performance.now() - begun).toBeLessThan(1_000);
    });
  });

  describe('what it leaves behind', () => {
    it('is nothing but the empty channel when everything is settled', async () => {
      const buckets = new RedisBucketBroker(server.url);
      await buckets.connect();
      expect(await broker.join(buckets)).toBe(true);
      const consumer = await consume();
      await broker.publish([
        message('bare'),
        job('one'),
        job('two', { delay: 20 }),
        job('three', { priority: 'high' }),
      ]);
      const bucket = { id: 'b', body: '{}', ttl: 50, success: true, into: buckets };
      for (let left = 4; left > 0;) {
        const deliveries = await consumer.receive(left, { wait: true });
        await Promise.all(deliveries.map((delivery) => delivery.settle({ ...ACK, bucket })));
        left -= deliveries.length;
      }
      await buckets.disconnect();
      await consumer.close();
      await vi.waitFor(async () =>
        expect((await redis.keys('*')).toSorted()).toEqual(['repid:channels', 'repid:email', 'repid:email:high']),
      );
      expect(await redis.xlen('repid:email')).toBe(0);
      expect(await redis.xinfo('CONSUMERS', 'repid:email', 'repid:email:group')).toEqual([]);
    });

    it('is nothing at all when the channel is deleted', async () => {
      await broker.publish([job('one'), job('two', { delay: 60_000 }), job('three', { priority: 'low' })]);
      await broker.channels.delete('email');
      expect(await redis.keys('*')).toEqual([]);
    });

    it('keeps its name in the group while it has something in hand', async () => {
      await broker.publish([message('x')]);
      const consumer = await consume();
      const [delivery] = await consumer.receive(1, { wait: true });
      await consumer.close();
      expect(await redis.xinfo('CONSUMERS', 'repid:email', 'repid:email:group')).toHaveLength(1);
      await delivery!.settle(ACK);
    });
  });

  describe('given an instance', () => {
    it('works through connections of its own, and leaves the instance alone', async () => {
      const given = new Redis(server.url, { lazyConnect: true });
      const own = new RedisMessageBroker(given);
      await own.connect();
      await own.publish([message('x')]);
      await own.disconnect();
      expect(given.status).toBe('wait');
    });

    it('joins only buckets in the same place', async () => {
      const [here, elsewhere, otherwise] = [
        new RedisBucketBroker(redis),
        new RedisBucketBroker(`${server.url}/1`),
        new RedisBucketBroker(redis, { prefix: 'other' }),
      ];
      const all = [here, elsewhere, otherwise];
      await Promise.all(all.map((buckets) => buckets.connect()));
      expect(await Promise.all(all.map((buckets) => broker.join(buckets)))).toEqual([true, false, false]);
      await Promise.all(all.map((buckets) => buckets.disconnect()));
    });
  });
});
