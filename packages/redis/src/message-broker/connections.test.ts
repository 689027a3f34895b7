import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RedisFixture, message } from '../../../../test/support/redis-fixture.js';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { RedisMessageBroker } from './redis-message-broker.js';

describe('RedisMessageBroker and its connections', () => {
  const fixture = new RedisFixture();

  it('can be woken at any moment, while it reads from several streams', { timeout: 60_000 }, async () => {
    const consumer = await fixture.broker.consume({ channels: ['one', 'two', 'three'] });
    let worst = 0;
    for (let n = 0; n < 300; n++) {
      const received = consumer.receive(1, { wait: true });
      await later((n % 30) / 10);
      const begun = performance.now();
      consumer.wake();
      await received;
      worst = Math.max(worst, performance.now() - begun);
      if (worst > 1_000) break;
    }
    expect(worst).toBeLessThan(200);
  });

  it('reads a further priority immediately when it is first used', async () => {
    for (let n = 0; n < 30; n++) {
      const channel = `channel-${n}`;
      const consumer = await fixture.broker.consume({ channels: [channel, `${channel}b`] });
      const received = consumer.receive(1, { wait: true });
      await later((n % 10) / 5);
      const begun = performance.now();
      await fixture.broker.publish([message('x', { channel, priority: 'high' })]);
      expect(await received).toHaveLength(1);
      expect(performance.now() - begun).toBeLessThan(1_000);
      await consumer.close();
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['locate', () => fixture.where('x')],
    ['inspect', () => fixture.broker.inspect('x')],
    ['waiters', () => fixture.broker.waiters('b')],
    ['stats', () => fixture.broker.channels.stats('email')],
    ['peek', () => fixture.broker.channels.peek('email', 1)],
    ['deadLetters', () => fixture.broker.channels.deadLetters('email', 1)],
  ])('repeats %s if the reply is lost', async (_, ask) => {
    await ask();
    expect(await withLostReply('repid-commands', ask)).toEqual(await ask());
  });

  it.each<[string, (buckets: RedisBucketBroker) => Promise<unknown>]>([
    ['get', (buckets) => buckets.get(['b'])],
    ['wait', (buckets) => buckets.wait('b', { timeout: 5_000 })],
  ])('repeats %s of a bucket broker if the reply is lost', async (_, ask) => {
    const buckets = new RedisBucketBroker(fixture.server.url);
    await buckets.connect();
    await buckets.store([{ id: 'b', body: '{}', ttl: null, success: true }]);
    await ask(buckets);
    expect(await withLostReply('repid-buckets', () => ask(buckets))).toEqual(await ask(buckets));
    await buckets.disconnect();
  });

  it('lets many calls wait for the connection without a warning', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const broker = await fixture.connected();
    await fixture.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await sleep(5);
    await Promise.all(Array.from({ length: 30 }, () => broker.locate('x')));
    await sleep(0);
    process.off('warning', onWarning);
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  });

  it.each([['connectTimeout', { connectTimeout: 150 }, 'no connection within 150 ms']])(
    'reports how long it has tried to connect: %s',
    async (_, options, text) => {
      const nowhere = new RedisMessageBroker('redis://127.0.0.1:1', options);
      await expect(nowhere.connect()).rejects.toThrow(text);
    },
  );

  describe('for reply channels', () => {
    const channel = 'repid-replies.somebody-who-has-gone';

    it.each(['high', 'medium', 'low'] as const)('expires replies without a reader: %s', async (priority) => {
      await fixture.broker.publish([message('x', { channel, priority })]);
      await sleep(50);
      for (const key of await fixture.redis.keys(`repid:${channel}*`))
        expect(await fixture.redis.pttl(key)).toBeGreaterThan(0);
      expect(await fixture.redis.smembers('repid::channels')).toEqual([]);
    });

    it('deletes the reply channel of a killed process', async () => {
      await fixture.broker.consume({ channels: [channel] });
      for (const key of await fixture.redis.keys(`repid:${channel}*`))
        expect(await fixture.redis.pttl(key)).toBeGreaterThan(0);
      expect(await fixture.redis.smembers('repid::channels')).toEqual([]);
    });

    it('delivers a reply that is sent after the channel was deleted', async () => {
      const problems: Error[] = [];
      const consumer = await fixture.broker.consume({
        channels: [channel],
        onProblem: (problem) => void problems.push(problem),
      });
      const received = consumer.receive(1, { wait: true });
      await sleep(50);
      await fixture.redis.pexpire(`repid:${channel}`, 20);
      await sleep(300);
      await fixture.broker.publish([message('late', { channel })]);
      expect(await received).toHaveLength(1);
      expect(problems).toEqual([]);
    });

    it('keeps all other channels', async () => {
      await fixture.broker.publish([message('x')]);
      expect(await fixture.redis.pttl('repid:email')).toBe(-1);
    });
  });

  /** Sends a command while the server is frozen. The server closes the connection first when it continues. */
  async function withLostReply<Reply>(name: string, ask: () => Promise<Reply>): Promise<Reply> {
    const line = String(await fixture.redis.client('LIST'))
      .split('\n')
      .find((one) => one.includes(` name=${name} `));
    fixture.server.freeze();
    const cut = fixture.redis.client('KILL', 'ID', Number(/^id=(\d+)/.exec(line!)![1]));
    await sleep(20);
    const asked = ask();
    asked.catch(() => undefined);
    await sleep(20);
    fixture.server.thaw();
    expect(await cut).toBe(1);
    return asked;
  }

  async function later(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
  }
});
