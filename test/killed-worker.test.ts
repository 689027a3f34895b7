import { Repid } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Program, startProgram } from './support/program.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

const JOBS = 50;
const CHANNEL = 'registrations';
const POLL = { timeout: 15_000, interval: 50 };

describe('A worker that is killed while it runs 50 jobs', () => {
  let server: TestRedis;
  let redis: Redis;
  let repid: Repid;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    repid = new Repid({
      messageBroker: new RedisMessageBroker(server.url, { prefix: server.prefix }),
      resultsBucketBroker: new RedisBucketBroker(server.url, { prefix: server.prefix }),
    });
  });
  afterAll(async () => {
    await repid.disconnect();
    redis.disconnect();
    await server.stop();
  });

  it('leaves them to another worker, which finishes each of them once', async () => {
    const jobs = Array.from({ length: JOBS }, (_, i) =>
      repid.job('register', { channel: CHANNEL, args: { username: `User ${i}` } }),
    );
    await repid.enqueue(jobs);
    await killWhileRunning(startWorker({ WORK_TIME: '60000' }));

    startWorker({ WORK_TIME: '10' });
    const results = await Promise.all(jobs.map((job) => job.waitForResult({ timeout: '15s' })));

    expect(results.map(({ success, data }) => ({ success, data }))).toEqual(
      jobs.map((_, i) => ({ success: true, data: { username: `User ${i}`, greeting: `Welcome, User ${i}!` } })),
    );
    expect(await redis.keys(`${server.prefix}:bucket:*`)).toHaveLength(JOBS);
    await expectNothingLeft();
  });

  function startWorker(env: Record<string, string>): Program {
    const redisEnv = { REDIS_URL: server.url, REDIS_PREFIX: server.prefix, OWNERSHIP_TIME: '1s' };
    return startProgram('apps/worker/dist/main.js', { env: { ...redisEnv, ...env } });
  }

  async function killWhileRunning(worker: Program): Promise<void> {
    const stats = () => repid.channel(CHANNEL).stats();
    await vi.waitFor(async () => expect(await stats()).toMatchObject({ running: JOBS }), POLL);
    worker.kill('SIGKILL');
    expect((await worker.ended).signal).toBe('SIGKILL');
    expect(await stats()).toMatchObject({ running: JOBS });
  }

  async function expectNothingLeft(): Promise<void> {
    const stream = `${server.prefix}:${CHANNEL}`;
    expect(await redis.xlen(stream)).toBe(0);
    expect(await redis.xpending(stream, `${stream}:group`)).toEqual([0, null, null, null]);
    expect(await redis.exists(`${stream}:dlq`, `${stream}:delayed`, `${stream}:index`)).toBe(0);
  }
});
