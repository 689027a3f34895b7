import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { ACK, RedisStage, message, take, textOf } from '../../../../test/support/redis-stage.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe('RedisMessageBroker in outages', () => {
  const stage = new RedisStage();

  describe('when the server misbehaves', () => {
    it('goes on after its connections were killed while a receive waits', async () => {
      const consumer = await stage.consume();
      const received = take(consumer);
      await stage.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await stage.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await vi.waitFor(() => stage.broker.publish([message('after')]), 10_000);
      expect(await received).toContain('after');
    });

    it('sends a delayed message due after its subscriber was cut', async () => {
      const consumer = await stage.consume();
      await stage.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      await stage.broker.publish([message('later', { delay: 100 })]);
      expect(await take(consumer)).toEqual(['later']);
    });

    it('rejects in time while the server does not answer, and goes on afterwards', async () => {
      const impatient = await stage.connected({ publishTimeout: 300 });
      const begun = performance.now();
      stage.server.freeze();
      try {
        await expect(impatient.publish([message('x')])).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
        await expect(impatient.channels.stats('email')).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
      } finally {
        stage.server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(2_000);
      await vi.waitFor(() => impatient.publish([message('x')]), { timeout: 5_000 });
    });

    it('can be woken and disconnected while the server does not answer', async () => {
      const impatient = await stage.connected({ publishTimeout: 500 });
      const consumer = await impatient.consume({ channels: ['email'] });
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      const begun = performance.now();
      stage.server.freeze();
      try {
        consumer.wake();
        expect(await received).toEqual([]);
        await impatient.disconnect();
      } finally {
        stage.server.thaw();
      }
      expect(performance.now() - begun).toBeLessThan(5_000);
    });

    it('can be woken while the server is away', async () => {
      const consumer = await stage.consume();
      const received = consumer.receive(1, { wait: true });
      await sleep(20);
      stage.server.freeze();
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
        stage.server.thaw();
      }
    });

    it('gives up connecting in time', async () => {
      const nowhere = new RedisMessageBroker('redis://127.0.0.1:1', { connectTimeout: 200 });
      await expect(nowhere.connect()).rejects.toMatchObject({ code: 'REPID_BROKER_UNAVAILABLE' });
    });

    it('loads its script again after the server forgot it', async () => {
      await stage.broker.publish([message('one')]);
      await stage.redis.script('FLUSH');
      await stage.broker.publish([message('two')]);
      expect(await stage.redis.xlen('repid:email')).toBe(2);
    });

    it.each([
      ['everything', () => stage.redis.flushall()],
      ['the group', () => stage.redis.xgroup('DESTROY', 'repid:email', 'repid:email:group')],
    ])('goes on after the server lost %s', async (_, lose) => {
      const consumer = await stage.consume();
      const received = consumer.receive(1, { wait: true });
      await lose();
      await stage.broker.publish([message('after')]);
      expect((await received).map(textOf)).toEqual(['after']);
    });

    it('loses ownership of what the server lost', async () => {
      await stage.broker.publish([message('x')]);
      const [delivery] = await (await stage.consume()).receive(1, { wait: true });
      await stage.redis.flushall();
      await expect(delivery!.settle(ACK)).rejects.toMatchObject({ code: 'REPID_LOST_OWNERSHIP' });
    });

    it('commits once where the answer to a settlement is lost', async () => {
      await stage.broker.publish([message('x')]);
      const [delivery] = await (await stage.consume()).receive(1, { wait: true });
      const publish = Array.from({ length: 20_000 }, () => message('follower', { channel: 'next' }));
      const settled = delivery!.settle({ ...ACK, publish });
      await sleep(5);
      await stage.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await settled;
      expect(await stage.redis.xlen('repid:next')).toBe(20_000);
      expect(await stage.redis.xlen('repid:email')).toBe(0);
    });

    it('warns where the server may evict messages', async () => {
      await stage.redis.config('SET', 'maxmemory', '1gb');
      await stage.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const onProblem = vi.fn<(problem: Error) => void>();
      await stage.connected({ onProblem });
      await stage.redis.config('SET', 'maxmemory', '0');
      await stage.redis.config('SET', 'maxmemory-policy', 'noeviction');
      expect(onProblem.mock.calls[0]![0].message).toContain('maxmemory-policy "allkeys-lru"');
    });
  });
});
