import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, message, take, textOf } from '../../../../test/support/redis-fixture.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe('RedisMessageBroker in outages', () => {
  const fixture = new RedisFixture();

  describe('when the server fails', () => {
    it('continues after its connections were killed while a receive waits', async () => {
      const consumer = await fixture.consume();
      const received = take(consumer);
      await fixture.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await fixture.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await vi.waitFor(() => fixture.broker.publish([message('after')]), 10_000);
      expect(await received).toContain('after');
    });

    it('delivers a due message after its subscriber was disconnected', async () => {
      const consumer = await fixture.consume();
      await fixture.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await fixture.broker.publish([message('later', { delay: 100 })]);
      expect(await take(consumer)).toEqual(['later']);
    });

    it('rejects in time while the server does not reply, and continues afterwards', async () => {
      const impatient = await fixture.connected({ publishTimeout: 300 });
      const begun = performance.now();
      fixture.server.freeze();
      try {
        await expect(impatient.publish([message('x')])).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
        await expect(impatient.channels.stats('email')).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
      } finally {
        fixture.server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(2_000);
      await vi.waitFor(() => impatient.publish([message('x')]), { timeout: 5_000 });
    });

    it('can be woken and disconnected while the server does not reply', async () => {
      const impatient = await fixture.connected({ publishTimeout: 500 });
      const consumer = await impatient.consume({ channels: ['email'] });
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      const begun = performance.now();
      fixture.server.freeze();
      try {
        consumer.wake();
        expect(await received).toEqual([]);
        await impatient.disconnect();
      } finally {
        fixture.server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(5_000);
    });

    it('can be woken while the server is down', async () => {
      const consumer = await fixture.consume();
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      fixture.server.freeze();
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
        fixture.server.thaw();
      }
    });

    it('stops connecting at the timeout', async () => {
      const nowhere = new RedisMessageBroker('redis://127.0.0.1:1', { connectTimeout: 200 });
      await expect(nowhere.connect()).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    });

    it('loads its script again after the server lost it', async () => {
      await fixture.broker.publish([message('one')]);
      await fixture.redis.script('FLUSH');
      await fixture.broker.publish([message('two')]);
      expect(await fixture.redis.xlen('repid:email')).toBe(2);
    });

    it.each([
      ['everything', () => fixture.redis.flushall()],
      ['the group', () => fixture.redis.xgroup('DESTROY', 'repid:email', 'repid:email:group')],
    ])('continues after the server lost %s', async (_, lose) => {
      const consumer = await fixture.consume();
      const received = consumer.receive(1, { wait: true });
      await lose();
      await fixture.broker.publish([message('after')]);
      expect((await received).map(textOf)).toEqual(['after']);
    });

    it('loses the ownership of messages that the server lost', async () => {
      await fixture.broker.publish([message('x')]);
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      await fixture.redis.flushall();
      await expect(delivery!.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    });

    it('commits once if the reply to a settlement is lost', async () => {
      await fixture.broker.publish([message('x')]);
      const [delivery] = await (await fixture.consume()).receive(1, { wait: true });
      const publish = Array.from({ length: 20_000 }, () => message('follower', { channel: 'next' }));
      const settled = delivery!.settle({ ...ACK, publish });
      await sleep(5);
      await fixture.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await settled;
      expect(await fixture.redis.xlen('repid:next')).toBe(20_000);
      expect(await fixture.redis.xlen('repid:email')).toBe(0);
    });

    it('warns if the server may evict messages', async () => {
      await fixture.redis.config('SET', 'maxmemory', '1gb');
      await fixture.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const onProblem = vi.fn<(problem: Error) => void>();
      await fixture.connected({ onProblem });
      await fixture.redis.config('SET', 'maxmemory', '0');
      await fixture.redis.config('SET', 'maxmemory-policy', 'noeviction');
      expect(onProblem.mock.calls[0]![0].message).toContain('maxmemory-policy "allkeys-lru"');
    });
  });
});
