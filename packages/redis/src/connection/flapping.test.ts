import { setTimeout as sleep } from 'node:timers/promises';
import { Repid, Router, Worker, defineActor } from '@repid/core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';

/** How often all connections are cut; REPID_CUTS=1000 for a long run. */
const CUTS = Number(process.env['REPID_CUTS'] ?? 150);

let server: RedisServer;
let proxy: TcpProxy;
beforeAll(async () => {
  server = await startServer();
  proxy = await TcpProxy.start(server.port);
});
afterAll(async () => {
  proxy.stop();
  await server.stop();
});

const makeRepid = (): Repid => {
  const options = { onProblem: () => undefined };
  return new Repid({
    messageBroker: new RedisMessageBroker(proxy.url, { ...options, ownershipTime: 2_000 }),
    resultsBucketBroker: new RedisBucketBroker(proxy.url, options),
    onEvent: () => undefined,
  });
};

it('leaves no rejection unhandled and all workers running when connections are closed repeatedly', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (problem: unknown): void => void unhandled.push(problem);
  process.on('unhandledRejection', onUnhandled);
  onTestFinished(() => void process.off('unhandledRejection', onUnhandled));

  const actors = [1, 2, 3].map((n) => defineActor<number>({ name: `double`, channel: `channel${n}` }, (x) => x * 2));
  const repids = [1, 2, 3].map(makeRepid);
  await Promise.all(repids.map((repid) => repid.connect()));
  const workers = repids.map((repid) => new Worker(repid.producer, new Router(actors), { handleSignals: [] }));
  const running = workers.map((worker) => worker.run());
  const [client] = repids as [Repid];
  const waiting = client
    .job<unknown, number>('double', { channel: 'channel1', deferredUntil: new Date(Date.now() + 3_600_000) })
    .enqueue()
    .then((job) => job.waitForResult({ timeout: '1h' }));
  waiting.catch(() => undefined); // Rejects when its connection closes.

  for (let n = 0; n < CUTS; n += 1) {
    proxy.cut();
    await sleep(Math.random() * 50);
  }

  for (const { state } of workers) expect(state).toBe('running');
  for (const channel of ['channel1', 'channel2', 'channel3']) {
    const job = await vi.waitFor(() => client.job<number, number>('double', { channel, args: 21 }).enqueue(), 15_000);
    expect((await job.waitForResult({ timeout: '15s' })).data).toBe(42);
  }
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(running);
  await Promise.all(repids.map((repid) => repid.disconnect()));
  await expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/^REPID_BROKER/) as string });
  expect(unhandled).toEqual([]);
}, 120_000);
