import { BrokerUnavailableError, defineActor, type Job, Repid, Router, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Proxy } from './stress/proxy.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const NOT_BY_ITSELF = 600_000;
const PATIENTLY = { timeout: 10_000, interval: 20 };

describe('An enqueueing that arrives when its sender has given it up, and has enqueued the same job again', () => {
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
    client = connect(await proxy.open(), '300ms');
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
    ['of a chosen id', () => client.job('count', { id: 'chosen' }) as Job],
    ['of an id of its own', () => client.job('count') as Job],
    [
      'whose arguments lie in a bucket',
      () => client.job('count', { id: 'chosen', args: 1, useArgsBucket: true }) as Job,
    ],
  ])('has it run once, and leaves nothing: a job %s', async (_, make) => {
    await client.connect();
    const job = make();
    const late = proxy.connections;
    for (const line of late) line.halfOpen('late', NOT_BY_ITSELF);
    await expect(job.enqueue()).rejects.toThrow(BrokerUnavailableError);
    await vi.waitFor(() => job.enqueue(), PATIENTLY);
    const work = worker.run();
    expect(await other.job('count', { resultId: job.id }).waitForResult({ timeout: '5s' })).toMatchObject({
      success: true,
    });
    for (const line of late) line.arrive();
    await vi.waitFor(
      () => expect(late.map(({ isClosedByServer }) => isClosedByServer)).not.toContain(false),
      PATIENTLY,
    );
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
