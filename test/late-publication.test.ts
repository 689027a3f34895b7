import { BrokerUnavailableError, defineActor, type Job, Repid, Router, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Proxy } from './stress/proxy.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const NEVER = 600_000;
const POLL = { timeout: 10_000, interval: 20 };

describe('A late publication of a job that its client has enqueued again', () => {
  let server: TestRedis;
  let proxy: Proxy;
  let client: Repid;
  let other: Repid;
  let worker: Worker;
  let runs: string[];

  beforeEach(async () => {
    runs = [];
    server = await startRedis({ own: true });
    proxy = new Proxy(Number(new URL(server.url).port));
    client = connect(await proxy.openPort(), '300ms');
    other = connect(server.url, '10s');
    const count = defineActor({ name: 'count' }, async (_: unknown, msg) => void runs.push(msg.id));
    worker = new Worker(other.producer, new Router([count]), { handleSignals: [] });
  });
  afterEach(async () => {
    await worker.stop();
    await Promise.all([client, other].map((repid) => repid.disconnect()));
    proxy.stop();
    await server.stop();
  });

  it.each<[string, () => Job]>([
    ['with a chosen id', () => client.job('count', { id: 'chosen' }) as Job],
    ['with a generated id', () => client.job('count') as Job],
    ['with arguments in a bucket', () => client.job('count', { id: 'chosen', args: 1, useArgsBucket: true }) as Job],
  ])('runs the job once, and leaves nothing behind: a job %s', async (_, make) => {
    await client.connect();
    const job = make();
    const late = proxy.connections;
    for (const connection of late) connection.halfOpen('late', NEVER);
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await vi.waitFor(() => job.enqueue(), POLL);
    const work = worker.run();
    expect(await other.job('count', { resultId: job.id }).waitForResult({ timeout: '5s' })).toMatchObject({
      success: true,
    });
    for (const connection of late) connection.deliver();
    await vi.waitFor(() => expect(late.map(({ isClosedByServer }) => isClosedByServer)).not.toContain(false), POLL);
    await other.job('count', { id: 'last' }).enqueue();
    await other.job('count', { resultId: 'last' }).waitForResult({ timeout: '5s' });
    await worker.stop();
    await work;
    expect(runs).toEqual([job.id, 'last']);
  });

  function connect(url: string, timeout: string): Repid {
    const buckets = new RedisBucketBroker(url, { commandTimeout: timeout });
    return new Repid({
      messageBroker: new RedisMessageBroker(url, { publishTimeout: timeout }),
      argsBucketBroker: buckets,
      resultsBucketBroker: buckets,
      onEvent: () => {},
    });
  }
});
