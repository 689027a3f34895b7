import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from '@repid/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { message, take } from '../../../../test/support/redis-stage.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { LIMITS } from '../options/defaults.js';

/** A dead connection is noticed within this: it is looked at, found silent, looked at again and compared with another one. */
const NOTICED = 2 * LIMITS.heartbeat + LIMITS.silence + LIMITS.probeTimeout + 1_000;

describe('A connection that is dead without knowing it', { timeout: 60_000 }, () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let broker: RedisMessageBroker;
  let direct: RedisMessageBroker;
  let buckets: RedisBucketBroker;

  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server.stop());
  beforeEach(async () => {
    proxy = await TcpProxy.start(server.port);
    broker = new RedisMessageBroker(proxy.url);
    buckets = new RedisBucketBroker(proxy.url);
    direct = new RedisMessageBroker(server.url);
    await Promise.all([broker, buckets, direct].map((one) => one.connect()));
  });
  afterEach(async () => {
    await Promise.all([broker, buckets, direct].map((one) => one.disconnect()));
    proxy.stop();
  });

  /** How long it takes, in milliseconds. */
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now();
    await act();
    return performance.now() - begun;
  };

  it('is cut while nothing is asked over it, so that the next call finds another one', async () => {
    expect(proxy.deaden('repid-commands')).toBe(1);
    await sleep(NOTICED);
    expect(await timed(() => broker.publish([message('x', { channel: 'idle' })]))).toBeLessThan(1_000);
  });

  it('is cut while calls wait for it, and what may be asked again is answered over another one', async () => {
    expect(proxy.deaden('repid-commands')).toBe(1);
    expect(await timed(() => broker.channels.peek('asked', 1))).toBeLessThan(NOTICED);
  });

  it('is cut while it listens: cancellations and pauses are heard again', async () => {
    const onPaused = vi.fn<() => void>();
    const consumer = await broker.consume({ channels: ['listening'] });
    expect(proxy.deaden('repid-subscriber')).toBe(1);
    await vi.waitFor(() => expect(proxy.names.filter((name) => name === 'repid-subscriber')).toHaveLength(2), {
      timeout: NOTICED,
    });
    const received = take(consumer, 1);
    await direct.publish([message('soon', { channel: 'listening', delay: 1_000 })]);
    // The state is looked at less often than that: it was heard.
    expect(await timed(() => received)).toBeLessThan(1_900);
    onPaused();
  });

  it('does not keep a delayed message back for longer than a few seconds, even before it is noticed', async () => {
    const consumer = await broker.consume({ channels: ['delayed'] });
    expect(proxy.deaden('repid-subscriber')).toBe(1);
    const received = take(consumer, 1);
    await direct.publish([message('soon', { channel: 'delayed', delay: 10 })]);
    expect(await timed(() => received)).toBeLessThan(LIMITS.lookInterval + 1_000);
  });

  it('does not keep a result back for longer than a few seconds, even before it is noticed', async () => {
    const waits = Array.from({ length: 20 }, (_, n) => buckets.wait(`result${n}`, { timeout: 60_000 }));
    await vi.waitFor(() => expect(proxy.names).toContain('repid-waits'));
    await buckets.get(['result0']); // So all are registered.
    expect(proxy.deaden('repid-waits')).toBe(1);
    const records = waits.map((_, n) => ({ id: `result${n}`, body: `"${n}"`, ttl: null, success: true }));
    const other = new RedisBucketBroker(server.url);
    await other.connect();
    await other.store(records);
    await other.disconnect();
    const took = await timed(() => Promise.all(waits));
    expect(took).toBeLessThan(LIMITS.waitInterval + 1_000);
  });

  it('is cut while it reads, and the reader goes on over another one', async () => {
    const consumer: Consumer = await broker.consume({ channels: ['read'] });
    const received = take(consumer, 1);
    await vi.waitFor(() => expect(proxy.deaden('repid-')).toBeGreaterThan(0));
    // What is published now may be given to the dead connection; what comes after that is not.
    await sleep(LIMITS.longestSleep + NOTICED);
    await direct.publish([message('after', { channel: 'read' })]);
    expect(await timed(() => received)).toBeLessThan(1_000);
    expect(await received).toEqual(['after']);
  });

  it('is not taken for dead where the server itself answers nobody: what is on its way is waited for', async () => {
    const frozen = LIMITS.heartbeat + LIMITS.silence + LIMITS.heartbeat + 500;
    server.process.kill('SIGSTOP');
    const published = broker.publish([message('slow', { channel: 'frozen' })]);
    published.catch(() => undefined);
    await sleep(frozen);
    server.process.kill('SIGCONT');
    await published;
    expect(proxy.names.filter((name) => name === 'repid-commands')).toHaveLength(1);
  });
});
