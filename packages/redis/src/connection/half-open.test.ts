import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { message, take } from '../../../../test/support/redis-fixture.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { LIMITS } from '../options/defaults.js';

/** A dead connection is detected within this time: two checks find it silent, and it is compared with another connection. */
const NOTICED = 3 * LIMITS.heartbeat + LIMITS.silence + LIMITS.probeTimeout + 1_000;

describe('A half-open connection', { timeout: 60_000 }, () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server.stop());

  /** Brokers behind a proxy, and others connected directly. */
  const makeFixture = async ({ onTestFinished }: TestContext) => {
    const proxy = await TcpProxy.start(server.port);
    const broker = new RedisMessageBroker(proxy.url);
    const buckets = new RedisBucketBroker(proxy.url);
    const direct = new RedisMessageBroker(server.url);
    const directBuckets = new RedisBucketBroker(server.url);
    const all = [broker, buckets, direct, directBuckets];
    await Promise.all(all.map((one) => one.connect()));
    onTestFinished(async () => {
      await Promise.all(all.map((one) => one.disconnect()));
      proxy.stop();
    });
    return { proxy, broker, buckets, direct, directBuckets };
  };

  /** Returns the duration in milliseconds. */
  const timed = async (action: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await action();
    return performance.now() - begun;
  };

  it.concurrent('is closed while it is idle, so that the next call uses a new one', async (test) => {
    const { proxy, broker } = await makeFixture(test);
    expect(proxy.deaden('repid-commands')).toBe(1);
    await vi.waitFor(() => expect(proxy.made('repid-commands')).toBe(2), { timeout: NOTICED });
    expect(await timed(() => broker.publish([message('x', { channel: 'idle' })]))).toBeLessThan(1_000);
  });

  it.concurrent('is closed before the server has accepted it, so that connecting does not fail', async ({
    onTestFinished,
  }) => {
    const proxy = await TcpProxy.start(server.port);
    const broker = new RedisMessageBroker(proxy.url);
    onTestFinished(() => broker.disconnect().then(() => proxy.stop()));
    proxy.deadenNext(1);
    expect(await timed(() => broker.connect())).toBeLessThan(NOTICED);
  });

  it.concurrent('is closed while calls are pending, and repeatable calls are sent again over a new one', async (test) => {
    const { proxy, broker } = await makeFixture(test);
    expect(proxy.deaden('repid-commands')).toBe(1);
    expect(await timed(() => broker.channels.peek('asked', 1))).toBeLessThan(NOTICED);
  });

  it.concurrent('is closed while it is subscribed, and later notifications arrive over a new one', async (test) => {
    const { proxy, broker, direct } = await makeFixture(test);
    const consumer = await broker.consume({ channels: ['listening'] });
    expect(proxy.deaden('repid-subscriber')).toBe(1);
    await vi.waitFor(() => expect(proxy.made('repid-subscriber')).toBe(2), { timeout: NOTICED });
    const received = take(consumer, 1);
    await direct.publish([message('soon', { channel: 'listening', delay: LIMITS.pollInterval / 4 })]);
    // Polling is less frequent than that, so the notification arrived.
    expect(await timed(() => received)).toBeLessThan(LIMITS.pollInterval / 2);
  });

  it.concurrent('delays a due message by only a few seconds, even before it is detected', async (test) => {
    const { proxy, broker, direct } = await makeFixture(test);
    const consumer = await broker.consume({ channels: ['delayed'] });
    expect(proxy.deaden('repid-subscriber')).toBe(1);
    const received = take(consumer, 1);
    await direct.publish([message('soon', { channel: 'delayed', delay: 10 })]);
    expect(await timed(() => received)).toBeLessThan(LIMITS.pollInterval + 1_000);
  });

  it.concurrent('delays a result by only a few seconds, even before it is detected', async (test) => {
    const { proxy, buckets, directBuckets } = await makeFixture(test);
    const waits = Array.from({ length: 20 }, (_, n) => buckets.wait(`result${n}`, { timeout: 60_000 }));
    await vi.waitFor(() => expect(proxy.made('repid-waits')).toBe(1));
    await buckets.get(['result0']); // Now all waits are registered.
    expect(proxy.deaden('repid-waits')).toBe(1);
    await directBuckets.store(waits.map((_, n) => ({ id: `result${n}`, body: `"${n}"`, ttl: null, success: true })));
    expect(await timed(() => Promise.all(waits))).toBeLessThan(LIMITS.waitInterval + 1_000);
    expect(await waits[7]).toBe('"7"');
  });

  it.concurrent('is closed during a read, and the reader continues over a new one', async (test) => {
    const { proxy, broker, direct } = await makeFixture(test);
    const consumer = await broker.consume({ channels: ['read'] });
    const received = take(consumer, 1);
    await sleep(20);
    expect(proxy.deaden('repid-')).toBeGreaterThan(2);
    // Messages published before may be delivered to the dead connection, and are redelivered when their lease expires.
    await sleep(LIMITS.pollInterval + NOTICED);
    await direct.publish([message('after', { channel: 'read' })]);
    expect(await timed(() => received)).toBeLessThan(1_000);
    expect(await received).toEqual(['after']);
  });
});

describe('A server that does not reply', () => {
  it('keeps its connections, and pending commands complete later', { timeout: 60_000 }, async () => {
    const server = await startServer();
    const proxy = await TcpProxy.start(server.port);
    const broker = new RedisMessageBroker(proxy.url);
    await broker.connect();
    server.process.kill('SIGSTOP');
    const published = broker.publish([message('slow', { channel: 'frozen' })]);
    published.catch(() => undefined);
    await sleep(2 * LIMITS.heartbeat + LIMITS.silence + 500);
    server.process.kill('SIGCONT');
    await published;
    expect(proxy.made('repid-commands')).toBe(1);
    await broker.disconnect();
    proxy.stop();
    await server.stop();
  });
});
