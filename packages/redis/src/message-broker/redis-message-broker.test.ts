import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, take, textOf } from '../../../../test/support/redis-fixture.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe('RedisMessageBroker on its server', () => {
  const fixture = new RedisFixture();

  describe('with several consumers', () => {
    it('delivers each message to one of two brokers', async () => {
      const other = await fixture.connected();
      const consumers = [await fixture.consume(), await other.consume({ channels: ['email'] })];
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
      await Promise.all([...texts.map((text) => fixture.broker.publish([message(text)])), ...work]);
      expect(seen.toSorted()).toEqual(texts.toSorted());
    });

    it('never returns more messages than requested, whatever the priorities', async () => {
      const consumer = await fixture.consume();
      const received = consumer.receive(1, { wait: true });
      await fixture.broker.publish(
        (['low', 'medium', 'high'] as const).map((priority) => message(priority, { priority })),
      );
      const all = [...(await received)];
      expect(all).toHaveLength(1);
      while (all.length < 3) all.push(...(await consumer.receive(1, { wait: true })));
      expect(all.map(textOf).toSorted()).toEqual(['high', 'low', 'medium']);
    });

    it('loses no message that arrives at the moment of a wake', async () => {
      const consumer = await fixture.consume();
      for (let n = 0; n < 100; n++) {
        const received = consumer.receive(1, { wait: true });
        const published = fixture.broker.publish([message(`${n}`)]);
        if (n % 2) await Promise.resolve();
        consumer.wake();
        await published;
        const deliveries = [...(await received)];
        if (deliveries.length === 0) deliveries.push(...(await consumer.receive(1, { wait: true })));
        expect(deliveries.map(textOf)).toEqual([`${n}`]);
        await deliveries[0]!.settle(ACK);
      }
    });

    it('delivers nothing of a channel that another process has paused', async () => {
      const consumer = await fixture.consume();
      const received = take(consumer);
      const other = await fixture.connected();
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
      const consumer = await fixture.consume();
      const begun = performance.now();
      const delays = Array.from({ length: 20 }, (_, n) => 100 + n * 20);
      await Promise.all(delays.map((delay) => fixture.broker.publish([message(`${delay}`, { delay })])));
      const lateness: number[] = [];
      while (lateness.length < delays.length) {
        const deliveries = await consumer.receive(10, { wait: true });
        for (const delivery of deliveries) lateness.push(performance.now() - begun - Number(textOf(delivery)));
      }
      lateness.sort((one, other) => one - other);
      expect(lateness[0]).toBeGreaterThanOrEqual(-1);
      expect(lateness[lateness.length / 2]).toBeLessThan(50);
    });

    it('wakes a consumer that waits for a later message', async () => {
      await fixture.broker.publish([message('much later', { delay: 60_000 })]);
      const consumer = await fixture.consume();
      const received = take(consumer);
      const other = await fixture.connected();
      const begun = performance.now();
      await other.publish([message('soon', { delay: 100 })]);
      expect(await received).toEqual(['soon']);
      expect(performance.now() - begun).toBeLessThan(1_000);
    });
  });

  describe('what it leaves behind', () => {
    it('is only the empty channel when all messages are settled', async () => {
      const buckets = new RedisBucketBroker(fixture.server.url);
      await buckets.connect();
      expect(await fixture.broker.join(buckets)).toBe(true);
      const consumer = await fixture.consume();
      await fixture.broker.publish([
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
        expect((await fixture.redis.keys('*')).toSorted()).toEqual([
          'repid::channels',
          'repid:email',
          'repid:email:high',
        ]),
      );
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
      expect(await fixture.redis.xinfo('CONSUMERS', 'repid:email', 'repid:email:group')).toEqual([]);
    });

    it('is nothing when the channel is deleted', async () => {
      await fixture.broker.publish([job('one'), job('two', { delay: 60_000 }), job('three', { priority: 'low' })]);
      await fixture.broker.channels.delete('email');
      expect(await fixture.redis.keys('*')).toEqual([]);
    });

    it('includes its name in the group while it has deliveries in flight', async () => {
      await fixture.broker.publish([message('x')]);
      const consumer = await fixture.consume();
      const [delivery] = await consumer.receive(1, { wait: true });
      await consumer.close();
      expect(await fixture.redis.xinfo('CONSUMERS', 'repid:email', 'repid:email:group')).toHaveLength(1);
      await delivery!.settle(ACK);
    });
  });

  describe('given an ioredis instance', () => {
    it('uses its own connections, and does not change the instance', async () => {
      const given = new Redis(fixture.server.url, { lazyConnect: true });
      const own = new RedisMessageBroker(given);
      await own.connect();
      await own.publish([message('x')]);
      await own.disconnect();
      expect(given.status).toBe('wait');
    });

    it('shares transactions only with buckets in the same database', async () => {
      const [here, elsewhere, otherwise] = [
        new RedisBucketBroker(fixture.redis),
        new RedisBucketBroker(`${fixture.server.url}/1`),
        new RedisBucketBroker(fixture.redis, { prefix: 'other' }),
      ];
      const all = [here, elsewhere, otherwise];
      await Promise.all(all.map((buckets) => buckets.connect()));
      expect(await Promise.all(all.map((buckets) => fixture.broker.join(buckets)))).toEqual([true, false, false]);
      await Promise.all(all.map((buckets) => buckets.disconnect()));
    });
  });
});
