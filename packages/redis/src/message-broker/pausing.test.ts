import { type Consumer, TimeoutError } from '@repid/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ACK, RedisFixture, job, message, take, textOf } from '../../../../test/support/redis-fixture.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import type { Link } from '../connection/link.js';
import { LIMITS } from '../options/defaults.js';
import { RedisMessageBroker } from './redis-message-broker.js';

/** The internals needed to simulate the death of a consumer's process. */
interface Inside {
  readonly parts: { readonly reader: Link };
  readonly watcher: { close(): void };
}

const ALIVE_FOR = LIMITS.pollInterval * LIMITS.missedPolls;

describe('A paused channel', () => {
  const fixture = new RedisFixture();
  let proxy: TcpProxy | undefined;
  afterEach(() => proxy?.stop());

  it('delivers nothing to readers that are already blocked', async () => {
    const begun: string[] = [];
    const consumers = await consumersOfOthers(5);
    const work = consumers.map((consumer) => workUntilClosed(consumer, begun));
    await fixture.broker.publish([message('before')]);
    await vi.waitFor(() => expect(begun).toEqual(['before']));
    for (let round = 0; round < 20; round++) {
      await fixture.broker.channels.pause('email');
      await publishMany(100);
      expect(begun).toHaveLength(1 + 100 * round);
      await fixture.broker.channels.resume('email');
      await vi.waitFor(() => expect(begun).toHaveLength(101 + 100 * round), 5_000);
    }
    await Promise.all(consumers.map((consumer) => consumer.close()));
    await Promise.all(work);
  });

  it('delivers nothing to a blocked reader that missed the notification', async () => {
    const group = 'repid:email:group';
    await fixture.broker.channels.declare('email');
    const reading = fixture.redis
      .duplicate()
      .xreadgroup('GROUP', group, 'deaf', 'COUNT', 1, 'BLOCK', 300, 'STREAMS', 'repid:email', '>');
    await vi.waitFor(async () => expect(String(await fixture.redis.client('LIST'))).toContain('cmd=xreadgroup'));
    await fixture.broker.channels.pause('email');
    await fixture.broker.publish([message('held back')]);
    expect(await reading).toBeNull();
  });

  it('holds back messages of priorities that are first used during the pause', async () => {
    const consumer = await fixture.consume();
    await fixture.broker.channels.pause('email');
    await fixture.broker.publish([message('h', { priority: 'high' }), message('l', { priority: 'low' }), message('m')]);
    expect(await consumer.receive(10, { wait: false })).toEqual([]);
    const group = 'repid:email:group';
    for (const stream of ['repid:email', 'repid:email:high', 'repid:email:low'])
      expect(await fixture.redis.xreadgroup('GROUP', group, 'deaf', 'COUNT', 1, 'STREAMS', stream, '>')).toBeNull();
    await fixture.broker.channels.resume('email');
    const texts: string[] = [];
    while (texts.length < 3) texts.push(...(await take(consumer)));
    expect(texts.toSorted()).toEqual(['h', 'l', 'm']);
  });

  it('reports its messages, and which would be next', async () => {
    const consumer = await fixture.consume();
    await fixture.broker.publish(['one', 'two', 'three'].map((id) => job(id)));
    const [one] = await consumer.receive(1, { wait: true });
    await fixture.broker.channels.pause('email');
    const { channels } = fixture.broker;
    expect(await channels.stats('email')).toMatchObject({ queued: 2, running: 1, paused: true, consumers: 1 });
    expect((await channels.peek('email', 9)).map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      'two',
      'three',
    ]);
    expect((await fixture.broker.locate('one'))?.location).toBe('running');
    expect((await fixture.broker.locate('two'))?.location).toBe('queued');
    expect(await channels.purge('email')).toBe(2);
    await one!.settle(ACK);
    await fixture.broker.publish([job('two')]);
    await channels.resume('email');
    expect(await take(consumer)).toEqual(['two']);
  });

  it('allows no takeover', async () => {
    const hasty = await fixture.connected({ ownershipTime: 50 });
    await hasty.publish([message('x')]);
    const vanishing = await hasty.consume({ channels: ['email'] });
    await vanishing.receive(1, { wait: true });
    await vanishing.close();
    const consumer = await hasty.consume({ channels: ['email'] });
    await hasty.channels.pause('email');
    const idle = async (): Promise<number> =>
      (
        (await fixture.redis.xpending('repid:email', 'repid:email:group', '-', '+', 1)) as [[string, string, number]]
      )[0][2];
    await vi.waitFor(async () => expect(await idle()).toBeGreaterThan(100));
    expect(await consumer.receive(1, { wait: false })).toEqual([]);
    await hasty.channels.resume('email');
    await vi.waitFor(async () => expect(await consumer.receive(1, { wait: false })).toHaveLength(1));
  });

  it('is paused despite a killed consumer, once that counts as dead', { timeout: 30_000 }, async () => {
    const other = await fixture.connected();
    await kill(await other.consume({ channels: ['email'] }));
    const begun = performance.now();
    expect((await fixture.broker.channels.stats('email')).consumers).toBe(1);
    await fixture.broker.channels.pause('email');
    expect(performance.now() - begun).toBeLessThan(ALIVE_FOR + 2_000);
    expect((await fixture.broker.channels.stats('email')).consumers).toBe(0);
  });

  it('names the consumers that did not confirm in time', async () => {
    const other = await fixture.connected();
    const hasty = await fixture.connected({ publishTimeout: 300 });
    await kill(await other.consume({ channels: ['email'] }));
    const [name] = await fixture.redis.hkeys('repid:email:consumers');
    const paused = hasty.channels.pause('email');
    await expect(paused).rejects.toThrow(TimeoutError);
    await expect(paused).rejects.toThrow(`1 of its consumers did not confirm it within 300 ms`);
    await expect(paused).rejects.toThrow(`"${name}"`);
    expect((await fixture.broker.channels.stats('email')).paused).toBe(true);
  });

  it('is detected by polling if notifications are lost', { timeout: 30_000 }, async () => {
    proxy = await TcpProxy.start(Number(new URL(fixture.server.url).port));
    const deaf = new RedisMessageBroker(proxy.url, { onProblem: () => undefined });
    await deaf.connect();
    const consumer = await deaf.consume({ channels: ['email'] });
    expect(proxy.deaden('repid-subscriber')).toBe(1);
    await fixture.broker.channels.pause('email');
    expect(consumer.isPaused('email')).toBe(true);
    await fixture.broker.publish([message('x')]);
    const received = take(consumer);
    await fixture.broker.channels.resume('email');
    expect(await received).toEqual(['x']);
    await deaf.disconnect();
  });

  it('has each pause confirmed', async () => {
    const consumer = await fixture.consume();
    for (let round = 0; round < 10; round++) {
      await fixture.broker.channels.pause('email');
      expect(consumer.isPaused('email')).toBe(true);
      await fixture.broker.channels.resume('email');
      expect(consumer.isPaused('email')).toBe(false);
    }
    await consumer.close();
    expect(await fixture.redis.exists('repid:email:paused', 'repid:email:consumers')).toBe(0);
  });

  it('continues from its position even if the saved position is lost', async () => {
    const consumer = await fixture.consume();
    await fixture.broker.publish([message('one'), message('two')]);
    const [one] = await consumer.receive(1, { wait: true });
    await fixture.broker.channels.pause('email');
    await fixture.redis.del('repid:email:paused');
    const another = await fixture.consume();
    expect(await take(another)).toEqual(['two']);
    await one!.settle(ACK);
  });

  it('can be paused and resumed on a server that is full', async () => {
    const consumer = await fixture.consume();
    await fixture.broker.publish([message('x')]);
    await fixture.redis.config('SET', 'maxmemory', '1');
    try {
      await fixture.broker.channels.pause('email');
      expect(consumer.isPaused('email')).toBe(true);
      await fixture.broker.channels.resume('email');
      expect(await take(consumer)).toEqual(['x']);
    } finally {
      await fixture.redis.config('SET', 'maxmemory', '0');
    }
  });

  async function consumersOfOthers(count: number): Promise<Consumer[]> {
    const brokers = await Promise.all(Array.from({ length: count }, () => fixture.connected()));
    return Promise.all(brokers.map((broker) => broker.consume({ channels: ['email'] })));
  }

  async function workUntilClosed(consumer: Consumer, begun: string[]): Promise<void> {
    for (;;) {
      const deliveries = await consumer.receive(7, { wait: true });
      if (deliveries.length === 0) return;
      for (const delivery of deliveries) {
        if (consumer.isPaused('email')) {
          await delivery.settle({ outcome: { type: 'reject', headers: delivery.message.headers } });
        } else {
          begun.push(textOf(delivery));
          await delivery.settle(ACK);
        }
      }
    }
  }

  async function publishMany(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, n) => fixture.broker.publish([message(`${n}`)])));
  }

  /** Ends the consumer like the death of its process: without any command. */
  async function kill(consumer: Consumer): Promise<void> {
    const { parts, watcher } = consumer as unknown as Inside;
    watcher.close();
    parts.reader.close();
  }
});
