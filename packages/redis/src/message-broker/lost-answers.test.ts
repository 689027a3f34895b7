import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Delivery } from '@repid/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, textOf } from '../../../../test/support/redis-fixture.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import type { RedisMessageBrokerOptions } from '../options/broker-options.js';
import { RedisMessageBroker } from './redis-message-broker.js';

const KIB = 1024;
const GROUP = 'repid:email:group';

describe('A message whose delivery was lost', () => {
  const fixture = new RedisFixture();
  let proxy: TcpProxy;
  beforeEach(async () => void (proxy = await TcpProxy.start(Number(new URL(fixture.server.url).port))));
  afterEach(() => proxy.stop());

  it.each([
    ['one channel', ['email']],
    ['several channels', ['email', 'sms', 'post']],
  ])(
    'is redelivered immediately without being counted, however often it is lost: read from %s',
    async (_, channels) => {
      const broker = await connected({ maxDeliveries: 2 });
      const consumer = await broker.consume({ channels, onProblem: () => undefined });
      expect(await consumer.receive(1, { wait: false })).toEqual([]);
      await fixture.broker.publish(['a', 'b', 'c'].map((text) => message(text)));
      for (let n = 0; n < 5; n++) {
        expect(proxy.mute(nameOf(consumer))).toBe(1);
        const receiving = receive(consumer, 3);
        await vi.waitFor(async () => expect(await pending()).toHaveLength(3));
        proxy.cut(nameOf(consumer));
        const deliveries = await receiving;
        expect(deliveries.map(summaryOf)).toEqual(['a 1 false', 'b 1 false', 'c 1 false']);
        if (n === 4) await Promise.all(deliveries.map((delivery) => delivery.settle(ACK)));
        else await Promise.all(deliveries.map((delivery) => giveBack(delivery)));
      }
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
      await broker.disconnect();
    },
  );

  it('is redelivered if it was part of the reply to a settlement', async () => {
    const broker = await connected();
    const consumer = await broker.consume({ channels: ['email'], onProblem: () => undefined });
    await fixture.broker.publish([job('zero'), job('one'), job('two')]);
    const next = async (delivery: Delivery): Promise<Delivery[]> => {
      void delivery.settle(ACK);
      return receive(consumer, 1);
    };
    const [zero] = await receive(consumer, 1);
    const [one] = await next(zero!);
    proxy.mute(nameOf(consumer));
    const receiving = next(one!);
    await vi.waitFor(async () => expect(await fixture.redis.xlen('repid:email')).toBe(1));
    await vi.waitFor(async () => expect(await pending()).toHaveLength(1));
    proxy.cut(nameOf(consumer));
    expect((await receiving).map(summaryOf)).toEqual(['two 1 false']);
    expect(await fixture.redis.xlen('repid:email')).toBe(1);
    await broker.disconnect();
  });

  it('is found even if its connection is half-open', { timeout: 30_000 }, async () => {
    const broker = await connected();
    const consumer = await broker.consume({ channels: ['email'], onProblem: () => undefined });
    const receiving = receive(consumer, 1);
    await vi.waitFor(async () => expect(String(await fixture.redis.client('LIST'))).toContain('cmd=xreadgroup'));
    proxy.mute(nameOf(consumer));
    await fixture.broker.publish([message('x')]);
    expect((await receiving).map(summaryOf)).toEqual(['x 1 false']);
    await broker.disconnect();
  });

  it.each([1, 2])(
    'is found before its ownership expires, even if the loss is not detected: delivery %i',
    async (count) => {
      const consumer = await (await connected({ ownershipTime: 2_000 })).consume({ channels: ['email', 'sms'] });
      await fixture.broker.publish([message('x')]);
      const streams = ['STREAMS', 'repid:email', '>'] as const;
      const given = await fixture.redis.xreadgroup('GROUP', GROUP, nameOf(consumer), ...streams);
      const entry = given![0]![1][0]![0];
      await fixture.redis.xclaim('repid:email', GROUP, nameOf(consumer), 0, entry, 'RETRYCOUNT', count);
      expect((await receive(consumer, 1)).map(summaryOf)).toEqual([`x ${count} false`]);
      await consumer.close();
    },
  );

  it('stays a suspect, without being counted, if it was to run alone', async () => {
    const options = { ownershipTime: 500, maxDeliveries: 2 };
    const hasty = await fixture.connected(options);
    await hasty.publish([message('x')]);
    const vanishing = await hasty.consume({ channels: ['email'] });
    await vanishing.receive(1, { wait: true });
    await vanishing.close();
    const broker = await connected(options);
    const other = await broker.consume({ channels: ['sms'] });
    await other.receive(1, { wait: false, alone: true }); // Now the server has the script.
    const consumer = await broker.consume({ channels: ['email'], onProblem: () => undefined });
    await vi.waitFor(async () => {
      expect(await consumer.receive(1, { wait: false })).toEqual([]);
      expect(consumer.hasSuspects).toBe(true);
    }, 5_000);
    proxy.mute(nameOf(consumer));
    const lost = consumer.receive(1, { wait: false, alone: true });
    await vi.waitFor(async () => expect((await pending())[0]?.[3]).toBe(1_000_002));
    proxy.cut(nameOf(consumer));
    expect(await lost).toEqual([]);
    expect(consumer.hasSuspects).toBe(true);
    const alone = await vi.waitFor(async () => {
      const deliveries = await consumer.receive(1, { wait: false, alone: true });
      expect(deliveries).toHaveLength(1);
      return deliveries;
    });
    expect(alone.map(summaryOf)).toEqual(['x 2 false']);
    await alone[0]!.settle(ACK);
    await broker.disconnect();
  });

  it('is not found again while it runs or while its settlement is pending', async () => {
    const broker = await connected({ ownershipTime: 60 });
    const consumer = await broker.consume({ channels: ['email'], onProblem: () => undefined });
    const seen: string[] = [];
    const running = new Set<Delivery>();
    const until = performance.now() + 1_500;
    for (let n = 0; performance.now() < until; n++) {
      await fixture.broker.publish([message(`${n}`)]);
      const deliveries = await consumer.receive(5, { wait: false });
      seen.push(...deliveries.map(summaryOf));
      for (const delivery of deliveries) {
        running.add(delivery);
        void sleep(n % 40).then(async () => {
          running.delete(delivery);
          await delivery.settle(ACK).catch(() => undefined); // On a slow machine it may have been taken over.
        });
      }
      await consumer.extend([...running]);
    }
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.filter((one, n) => seen.indexOf(one) !== n)).toEqual([]);
    await broker.disconnect();
  });

  it(
    'is rare over a slow link: jobs of 500 KB all run, although a hundred of them do not arrive in time',
    { timeout: 60_000 },
    async () => {
      const payload = Buffer.alloc(500 * KIB, 'x');
      for (let n = 0; n < 100; n += 10)
        await fixture.broker.publish(Array.from({ length: 10 }, (_, k) => job(`${n + k}`, { payload })));
      proxy.throttle(10 * KIB * KIB);
      const problems: string[] = [];
      const broker = await connected({ ownershipTime: 2_000, maxDeliveries: 2, publishTimeout: 300 });
      const onProblem = ({ message: text }: Error): void => void problems.push(text);
      const consumer = await broker.consume({ channels: ['email'], onProblem });
      const counts: number[] = [];
      while (counts.length < 100) {
        const deliveries = await consumer.receive(100, { wait: true });
        counts.push(...deliveries.map(({ deliveryCount }) => deliveryCount));
        await Promise.all(deliveries.map((delivery) => delivery.settle(ACK)));
      }
      expect(counts).toEqual(Array.from({ length: 100 }, () => 1));
      expect(problems).toEqual([]);
      expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
      await broker.disconnect();
    },
  );

  async function connected(options: RedisMessageBrokerOptions = {}): Promise<RedisMessageBroker> {
    const broker = new RedisMessageBroker(proxy.url, { ...options, onProblem: () => undefined });
    await broker.connect();
    return broker;
  }

  async function receive(consumer: Consumer, count: number): Promise<Delivery[]> {
    const received: Delivery[] = [];
    while (received.length < count) received.push(...(await consumer.receive(count - received.length, { wait: true })));
    return received;
  }

  function nameOf(consumer: Consumer): string {
    return (consumer as unknown as { parts: { name: string } }).parts.name;
  }

  async function pending(): Promise<[entry: string, consumer: string, idle: number, deliveries: number][]> {
    return (await fixture.redis.xpending('repid:email', GROUP, '-', '+', 10)) as [string, string, number, number][];
  }
});

function summaryOf(delivery: Delivery): string {
  return `${textOf(delivery)} ${delivery.deliveryCount} ${delivery.isExhausted}`;
}

function giveBack(delivery: Delivery): Promise<void> {
  return delivery.settle({ outcome: { type: 'reject', headers: delivery.message.headers } });
}
