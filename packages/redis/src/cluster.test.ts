import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerUnavailableError } from '@repid/core';
import { bucketBrokerConformance, messageBrokerConformance } from '@repid/core/conformance';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from 'ioredis';
import { type TestCluster, startCluster } from '../../../test/support/redis-cluster.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from './index.js';

describe('on a cluster of three', () => {
  let testCluster: TestCluster;
  beforeAll(async () => void (testCluster = await startCluster()));
  afterAll(() => testCluster.stop());

  describe('RedisMessageBroker', () => {
    messageBrokerConformance({
      describe,
      it,
      createBroker: (options) => new RedisMessageBroker(testCluster.cluster, options),
      createBuckets: () => new RedisBucketBroker(testCluster.cluster),
      insertMalformed: async (_, channel) =>
        void (await testCluster.cluster.xadd(`{repid}:${channel}`, '*', 'nonsense', 'yes')),
      interrupt: async (broker) => {
        for (const node of testCluster.nodes) await node.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        // Until the client has detected the cut, a bare message may be lost on the old connection. That is reported, and it is not sent again.
        await vi.waitFor(() => broker.locate('job'));
      },
    });
  });

  describe('RedisBucketBroker', () => {
    bucketBrokerConformance({
      describe,
      it,
      createBuckets: () => new RedisBucketBroker(testCluster.cluster),
      createBroker: () => new RedisMessageBroker(testCluster.cluster),
    });
  });

  it('receives no command twice, and leaves no rejection unhandled, when connections are cut repeatedly', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (problem: unknown): void => void unhandled.push(problem);
    process.on('unhandledRejection', onUnhandled);
    const { proxies, cluster } = await behindProxies(testCluster);
    const broker = new RedisMessageBroker(cluster, { onProblem: () => undefined });
    const buckets = new RedisBucketBroker(cluster, { onProblem: () => undefined });
    await Promise.all([broker.connect(), buckets.connect()]);
    const waiting = buckets.wait('here', { timeout: 20_000 });
    const ends: Promise<'done' | 'unknown'>[] = [];
    for (let n = 0; n < 200; n += 1) {
      for (let m = 0; m < 5; m += 1) ends.push(publishOne(broker, `${n}.${m}`));
      await sleep(Math.random() * 2); // In transit to Redis, in Redis, or in transit back.
      for (const proxy of proxies) proxy.cut();
      await sleep(Math.random() * 20);
    }
    const outcomes = await Promise.all(ends);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    expect(done).toBeGreaterThan(50);
    const found = await vi.waitFor(() => broker.channels.peek('cut', 2_000));
    expect(found.length).toBeGreaterThanOrEqual(done);
    expect(new Set(found.map(({ payload }) => Buffer.from(payload).toString())).size).toBe(found.length);
    await vi.waitFor(() => buckets.store([{ id: 'here', body: '1', ttl: null, success: true }]));
    expect(await waiting).toBe('1');
    await Promise.all([broker.disconnect(), buckets.disconnect()]);
    cluster.disconnect();
    for (const proxy of proxies) proxy.stop();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});

/** Connects to the same cluster, with each node behind a proxy. */
async function behindProxies({ nodes }: TestCluster): Promise<{ proxies: TcpProxy[]; cluster: Cluster }> {
  const ports = nodes.map(({ options }) => options.port!);
  const proxies = await Promise.all(ports.map((port) => TcpProxy.start(port)));
  const natMap = Object.fromEntries(
    ports.map((port, n) => [`127.0.0.1:${port}`, { host: '127.0.0.1', port: proxies[n]!.port }]),
  );
  return { proxies, cluster: new Cluster([proxies[0]!.url], { natMap, lazyConnect: true }) };
}

/** Returns what is known of a publication: it succeeded, or its reply was lost. Anything else is an error. */
async function publishOne(broker: RedisMessageBroker, text: string): Promise<'done' | 'unknown'> {
  try {
    await broker.publish([{ channel: 'cut', payload: Buffer.from(text), headers: {} }]);
    return 'done';
  } catch (problem) {
    if (problem instanceof BrokerUnavailableError && problem.mayBeDone) return 'unknown';
    throw problem;
  }
}
