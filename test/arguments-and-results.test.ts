import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Actor,
  type JobOptions,
  Payload,
  Repid,
  RepidModule,
  type RepidModuleOptions,
  RepidWorker,
} from '@repid/nestjs';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRedis, type TestRedis } from './support/redis-server.js';

const DAY = 86_400_000;
const ARGS = { userId: 123, userName: 'Alex', userMessages: ['This is your first message!'] };
const RESULT = ['This is your first message!', 'Hi Alex! Your id is: 123.'];

const VARIANTS: readonly {
  readonly name: string;
  readonly options: JobOptions;
  /** Of the arguments bucket after the job has ended; undefined if the bucket is deleted by then. */
  readonly argsTtl?: number | null;
  readonly resultTtl: number | null;
}[] = [
  { name: 'keep arguments as long as their job, and results for a day', options: {}, resultTtl: DAY },
  { name: 'travel in the message', options: { useArgsBucket: false }, resultTtl: DAY },
  {
    name: 'use chosen ids',
    options: { argsId: 'my_args', resultId: 'my_result' },
    argsTtl: null,
    resultTtl: DAY,
  },
  {
    name: 'are kept for a chosen time',
    options: { argsTtl: '2w', resultTtl: '5d' },
    argsTtl: 14 * DAY,
    resultTtl: 5 * DAY,
  },
  { name: 'are kept forever', options: { argsTtl: null, resultTtl: null }, argsTtl: null, resultTtl: null },
];

@Injectable()
class Messages {
  private runs = 0;

  @Actor()
  actorWithArgs(
    @Payload('userId') userId: number,
    @Payload('userName') userName: string,
    @Payload('userMessages') userMessages: string[],
  ): string[] {
    return [...userMessages, `Hi ${userName}! Your id is: ${userId}.`];
  }

  @Actor()
  count(): number {
    this.runs += 1;
    return this.runs;
  }
}

async function start(options: RepidModuleOptions) {
  @Module({ imports: [RepidModule.forRoot(options)], providers: [Messages] })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  onTestFinished(() => app.close());
  return { repid: app.get(Repid), worker: app.get(RepidWorker) };
}

describe('Arguments and results', () => {
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  function onRedis() {
    const { url, prefix } = server;
    return {
      messageBroker: new RedisMessageBroker(url, { prefix }),
      argsBucketBroker: new RedisBucketBroker(url, { prefix }),
      resultsBucketBroker: new RedisBucketBroker(url, { prefix }),
    };
  }

  describe.each([
    { where: 'in memory', brokers: () => ({}) },
    { where: 'on Redis', brokers: onRedis },
  ])('$where', ({ brokers }) => {
    it.each(VARIANTS)('$name', async ({ options, argsTtl, resultTtl }) => {
      const { repid, worker } = await start(brokers());
      const job = await repid.job('actorWithArgs', { args: ARGS, ...options }).enqueue();
      expect(await worker.run({ messagesLimit: 1 })).toEqual({ processed: 1 });

      expect(await job.result()).toMatchObject({ success: true, data: RESULT, ttl: resultTtl });
      expect((await job.args())?.ttl).toBe(argsTtl);
      expect(job).toMatchObject({ argsId: options.argsId ?? job.argsId, resultId: options.resultId ?? job.id });
    });

    it('without an arguments broker, travel in the message', async () => {
      const { repid, worker } = await start({ ...brokers(), argsBucketBroker: null });
      const job = await repid.job('actorWithArgs', { args: ARGS }).enqueue();
      await worker.run({ messagesLimit: 1 });
      expect(job.argsId).toBeUndefined();
      expect(await job.result()).toMatchObject({ data: RESULT });
    });

    it('of a recurring job are overwritten by each run', async () => {
      const { repid, worker } = await start(brokers());
      const job = await repid.job<unknown, number>('count', { deferredBy: '50ms' }).enqueue();
      await worker.run({ messagesLimit: 1 });
      expect((await job.result())?.data).toBe(1);
      await worker.run({ messagesLimit: 2 });
      expect((await job.result())?.data).toBe(3);
      await job.cancel();
    });
  });

  it('expire in Redis', async () => {
    const { repid, worker } = await start(onRedis());
    const job = await repid.job('actorWithArgs', { args: ARGS, argsTtl: '2w', resultTtl: '5d' }).enqueue();
    await worker.run({ messagesLimit: 1 });
    expect(Math.ceil((await redis.pttl(`${server.prefix}:bucket:${job.argsId}`)) / DAY)).toBe(14);
    expect(Math.ceil((await redis.pttl(`${server.prefix}:bucket:${job.resultId}`)) / DAY)).toBe(5);
  });
});
