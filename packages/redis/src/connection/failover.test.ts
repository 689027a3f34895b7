import { setTimeout as sleep } from 'node:timers/promises';
import { Repid, Router, Worker, defineActor } from '@repid/core';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACK, message, textOf } from '../../../../test/support/redis-fixture.js';
import { type RedisServer, startServer } from '../../../../test/support/redis-server.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { RedisBucketBroker, RedisMessageBroker } from '../index.js';
import { Connection } from './connection.js';
import { ClientSource } from './source.js';

describe('A failover that closes no connection', { timeout: 60_000 }, () => {
  let servers: readonly [RedisServer, RedisServer];
  let admins: readonly [Redis, Redis];
  let proxy: TcpProxy;

  beforeEach(async () => {
    const settings = { 'repl-diskless-sync-delay': 0 };
    servers = [await startServer(settings), await startServer(settings)];
    admins = [new Redis(servers[0].url), new Redis(servers[1].url)];
    await admins[1].replicaof('127.0.0.1', servers[0].port);
    await vi.waitFor(
      async () => expect(await admins[1].info('replication')).toContain('master_link_status:up'),
      20_000,
    );
    proxy = await TcpProxy.start(servers[0].port);
  });
  afterEach(async () => {
    proxy.stop();
    await Promise.all(admins.map((admin) => admin.quit()));
    await Promise.all(servers.map((server) => server.stop()));
  });

  /** Makes the first server a replica of the second. New connections go to the second, existing ones stay. */
  const failOver = async (): Promise<void> => {
    await admins[0].set('marker', 'x'); // When this is replicated, all earlier writes are.
    expect(await admins[0].wait(1, 5_000)).toBe(1);
    await admins[1].replicaof('NO', 'ONE');
    await admins[0].replicaof('127.0.0.1', servers[1].port);
    proxy.pointTo(servers[1].port);
  };

  it('is followed by publishers within their timeout, without an error', async () => {
    const broker = new RedisMessageBroker(proxy.url, { onProblem: () => undefined });
    await broker.connect();
    await broker.publish([message('before')]);
    await failOver();
    await Promise.all([1, 2, 3].map((n) => broker.publish([message(`after ${n}`)])));
    expect(await admins[1].xlen('repid:email')).toBe(4);
    await broker.disconnect();
  });

  it('is followed by workers, settlements and waits for results', async () => {
    const onProblem = vi.fn<(problem: Error) => void>();
    const repid = new Repid({
      messageBroker: new RedisMessageBroker(proxy.url, { onProblem }),
      resultsBucketBroker: new RedisBucketBroker(proxy.url, { onProblem }),
      onEvent: () => undefined,
    });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isBegun = false;
    const slow = defineActor({ name: 'slow' }, async () => {
      isBegun = true;
      await held;
      return 'slow';
    });
    const quick = defineActor<number>({ name: 'quick' }, (n) => n + 1);
    const worker = new Worker(repid.producer, new Router([slow, quick]), { handleSignals: [] });
    const running = worker.run();
    const job = await repid.job('slow').enqueue();
    const waiting = job.waitForResult({ timeout: '30s' });
    await vi.waitFor(() => expect(isBegun).toBe(true));
    await failOver();
    release();
    expect((await waiting).data).toBe('slow');
    const results = [1, 2, 3].map(async (n) => {
      const next = await repid.job<number, number>('quick', { args: n }).enqueue();
      return (await next.waitForResult({ timeout: '20s' })).data;
    });
    expect(await Promise.all(results)).toEqual([2, 3, 4]);
    expect(onProblem.mock.calls.map(([{ message: text }]) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('READONLY')]),
    );
    await worker.stop();
    await running;
    await repid.disconnect();
  });

  it("does not hide the new master's data from reads", async () => {
    const [broker, buckets] = [new RedisMessageBroker(proxy.url), new RedisBucketBroker(proxy.url)];
    const [direct, directBuckets] = [new RedisMessageBroker(servers[1].url), new RedisBucketBroker(servers[1].url)];
    await Promise.all([broker, buckets].map((one) => one.connect()));
    await failOver();
    await admins[0].replicaof('127.0.0.1', 1); // It stays behind.
    await Promise.all([direct, directBuckets].map((one) => one.connect()));
    await direct.publish([message('x', { id: 'new', headers: { 'repid-id': 'new' } })]);
    await directBuckets.store([{ id: 'result', body: '1', ttl: null, success: true }]);
    expect(await broker.locate('new')).toMatchObject({ location: 'queued' });
    expect(await broker.inspect('new')).toMatchObject({ location: 'queued' });
    expect(await broker.channels.peek('email', 1)).toHaveLength(1);
    expect(await buckets.get(['none', 'result'])).toEqual([undefined, '1']);
    await Promise.all([broker, buckets, direct, directBuckets].map((one) => one.disconnect()));
  });

  it('is detected by clients that only read', async () => {
    const buckets = new RedisBucketBroker(proxy.url, { onProblem: () => undefined });
    await buckets.connect();
    await buckets.store([{ id: 'result', body: '1', ttl: null, success: true }]);
    await failOver();
    await admins[0].replicaof('127.0.0.1', 1);
    await admins[1].set('repid:bucket:result', '2');
    await vi.waitFor(async () => expect(await buckets.get(['result'])).toEqual(['2']), {
      timeout: 10_000,
      interval: 50,
    });
    await buckets.disconnect();
  });

  it('is not opened to a replica: it waits for the master', async () => {
    const broker = new RedisMessageBroker(servers[1].url, { onProblem: () => undefined });
    const connecting = broker.connect();
    await sleep(300);
    await admins[1].replicaof('NO', 'ONE');
    await connecting;
    await broker.publish([message('x')]);
    await broker.disconnect();
    const refused = new RedisMessageBroker(servers[1].url, { connectTimeout: 300, onProblem: () => undefined });
    await admins[1].replicaof('127.0.0.1', servers[0].port);
    await expect(refused.connect()).rejects.toThrow(/READONLY.*give the address of the master/);
  });

  it('closes a connection once, even if that is requested several times', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const source = new ClientSource(proxy.url);
    const connection = new Connection(source, 'repid-cut', {
      timeout: 1_000,
      connectTimeout: 1_000,
      key: 'x',
      onProblem: () => undefined,
    });
    await connection.open();
    for (let times = 0; times < 20; times += 1) connection.reset();
    await connection.ready(1_000);
    expect(proxy.made('repid-cut')).toBe(2);
    expect(warn.mock.calls).toEqual([]);
    connection.close();
    warn.mockRestore();
  });

  it('that never ends rejects with BrokerUnavailableError, not with a refusal', async () => {
    const broker = new RedisMessageBroker(proxy.url, { publishTimeout: 600, onProblem: () => undefined });
    await broker.connect();
    const consumer = await broker.consume({ channels: ['email'] });
    await broker.publish([message('x')]);
    const [delivery] = await consumer.receive(1, { wait: true });
    await admins[0].replicaof('127.0.0.1', 1); // No server listens there.
    const unavailable = { code: 'REPID_BROKER_UNAVAILABLE', mayBeDone: false };
    await expect(broker.publish([message('y')])).rejects.toMatchObject(unavailable);
    await expect(delivery!.settle(ACK)).rejects.toMatchObject(unavailable);
    await admins[0].replicaof('NO', 'ONE');
    await broker.publish([message('z')]);
    await delivery!.settle(ACK);
    expect((await consumer.receive(1, { wait: true })).map(textOf)).toEqual(['z']);
    await broker.disconnect();
  });
});
