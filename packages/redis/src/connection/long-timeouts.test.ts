import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { message, take } from '../../../../test/support/redis-fixture.js';
import { startServer } from '../../../../test/support/redis-server.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

/** Longer than the maximum of Node timers, which would fire immediately. */
const LONG = '60d';

it('waits for the whole timeout, even if it is longer than a timer can be', async () => {
  const server = await startServer();
  const options = { connectTimeout: LONG, onProblem: () => undefined };
  const broker = new RedisMessageBroker(server.url, { ...options, publishTimeout: LONG, ownershipTime: LONG });
  const buckets = new RedisBucketBroker(server.url, { ...options, commandTimeout: LONG });
  await Promise.all([broker.connect(), buckets.connect()]);
  const consumer = await broker.consume({ channels: ['email'] });
  const received = take(consumer);
  const waiting = buckets.wait('result', { timeout: 60 * 86_400_000 });
  await sleep(50);
  await broker.publish([message('x')]);
  expect(await received).toEqual(['x']);
  await buckets.store([{ id: 'result', body: '1', ttl: 60 * 86_400_000, success: true }]);
  expect(await waiting).toBe('1');
  await Promise.all([broker.disconnect(), buckets.disconnect()]);
  await server.stop();
});

it('tries to connect for the whole timeout', async () => {
  const onProblem = vi.fn<(problem: Error) => void>();
  const broker = new RedisMessageBroker('redis://127.0.0.1:1', { connectTimeout: LONG, onProblem });
  const connecting = broker.connect();
  const ended = vi.fn<() => void>();
  connecting.then(ended, ended);
  await vi.waitFor(() => expect(onProblem).toHaveBeenCalled(), 2_000);
  expect(ended).not.toHaveBeenCalled();
  const begun = performance.now();
  await broker.disconnect();
  expect(performance.now() - begun).toBeLessThan(1_000);
  await expect(connecting).rejects.toMatchObject({ code: 'REPID_BROKER_CLOSED' });
});
