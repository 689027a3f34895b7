import { randomBytes } from 'node:crypto';
import { Injectable, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Actor, Payload, PayloadTooLargeError, Repid, RepidModule, RepidWorker } from '@repid/nestjs';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { IsInt } from 'class-validator';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from './support/redis-server.js';

const CHANNEL = 'orders';
const ACTOR_HEADERS = JSON.stringify({ topic: 'order' });

/** Invalid stream entries, with the error code of their dead letter. */
const ENTRIES: readonly {
  readonly name: string;
  readonly fields: readonly (string | Buffer)[];
  readonly code: string;
}[] = [
  { name: 'random bytes for fields', fields: [randomBytes(32), randomBytes(64)], code: 'REPID_MALFORMED_MESSAGE' },
  { name: 'no payload', fields: ['headers', ACTOR_HEADERS], code: 'REPID_MALFORMED_MESSAGE' },
  { name: 'headers that are not JSON', fields: ['payload', '{}', 'headers', '{"to'], code: 'REPID_MALFORMED_MESSAGE' },
  {
    name: 'headers that are a list',
    fields: ['payload', '{}', 'headers', '["topic"]'],
    code: 'REPID_MALFORMED_MESSAGE',
  },
  {
    name: 'a header that is a number',
    fields: ['payload', '{}', 'headers', '{"topic":1}'],
    code: 'REPID_MALFORMED_MESSAGE',
  },
  { name: 'random bytes for a payload', fields: entry(randomBytes(64)), code: 'REPID_SERIALIZATION' },
  { name: 'a truncated payload', fields: entry('{"amount":'), code: 'REPID_SERIALIZATION' },
  { name: '__proto__ in the payload', fields: entry('{"amount":1,"__proto__":{"a":1}}'), code: 'REPID_SERIALIZATION' },
  { name: 'a field of the wrong type', fields: entry('{"amount":"much"}'), code: 'REPID_PAYLOAD_VALIDATION' },
  { name: 'a missing field', fields: entry('{}'), code: 'REPID_PAYLOAD_VALIDATION' },
  { name: 'an empty payload', fields: entry(''), code: 'REPID_PAYLOAD_VALIDATION' },
  {
    name: 'a topic that no actor takes',
    fields: ['payload', '{}', 'headers', '{"topic":"ordre"}'],
    code: 'REPID_UNROUTED_MESSAGE',
  },
  { name: 'no topic', fields: ['payload', '{"amount":1}'], code: 'REPID_UNROUTED_MESSAGE' },
];

function entry(payload: string | Buffer): (string | Buffer)[] {
  return ['payload', payload, 'headers', ACTOR_HEADERS, 'content_type', 'application/json'];
}

class Order {
  @IsInt()
  amount!: number;
}

@Injectable()
class Orders {
  @Actor({ channel: CHANNEL })
  order(@Payload() order: Order): Order {
    return order;
  }
}

describe('A worker on Redis', () => {
  let server: TestRedis;
  let redis: Redis;
  let prefix: string;
  let app: INestApplicationContext;
  let repid: Repid;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    prefix = server.uniquePrefix();
    app = await startApp(server.url, prefix);
    repid = app.get(Repid);
  });
  afterEach(() => app.close());

  it.each(ENTRIES)('dead-letters an entry with $name, and continues', async ({ fields, code }) => {
    await redis.xadd(`${prefix}:${CHANNEL}`, '*', ...fields);
    await expectGoodOrder();
    const [letter, ...more] = await repid.channel(CHANNEL).deadLetters();
    expect(letter?.reason.code).toBe(code);
    expect(more).toEqual([]);
  });

  it('keeps the message of a dead letter unchanged', async () => {
    const payload = randomBytes(64);
    await redis.xadd(`${prefix}:${CHANNEL}`, '*', ...entry(payload));
    await expectGoodOrder();
    const [letter] = await repid.channel(CHANNEL).deadLetters();
    expect(letter?.message).toMatchObject({ channel: CHANNEL, headers: { topic: 'order' } });
    expect(Buffer.from(letter?.message.payload ?? []).equals(payload)).toBe(true);
  });

  it('drops undeclared fields', async () => {
    const job = await repid.job('order', { channel: CHANNEL, args: { amount: 1, isAdmin: true } }).enqueue();
    await app.get(RepidWorker).run({ burst: true });
    expect((await job.result())?.data).toEqual({ amount: 1 });
  });

  it('never receives a payload of 10 MiB: the producer refuses it', async () => {
    const huge = { amount: 1, note: 'x'.repeat(10 * 1024 * 1024) };
    const job = repid.job('order', { channel: CHANNEL, args: huge });
    await expect(job.enqueue()).rejects.toThrow(PayloadTooLargeError);
    const message = { channel: CHANNEL, payload: huge, headers: { topic: 'order' } };
    await expect(repid.sendMessageJson(message)).rejects.toThrow(PayloadTooLargeError);
    expect(await redis.exists(`${prefix}:${CHANNEL}`)).toBe(0);
    await expectGoodOrder();
  });

  it('never receives a header that is not text: the producer refuses it', async () => {
    const headers = { topic: 'order', priority: 1 } as unknown as Record<string, string>;
    const message = { channel: CHANNEL, payload: { amount: 1 }, headers };
    await expect(repid.sendMessageJson(message)).rejects.toThrow(/priority/);
    await expectGoodOrder();
  });

  async function expectGoodOrder(): Promise<void> {
    const job = await repid.job('order', { channel: CHANNEL, args: { amount: 42 } }).enqueue();
    await app.get(RepidWorker).run({ burst: true, unroutedTimeout: 0 });
    expect(await job.result()).toMatchObject({ success: true, data: { amount: 42 } });
    expect(await repid.channel(CHANNEL).stats()).toMatchObject({ queued: 0, running: 0 });
  }
});

async function startApp(url: string, prefix: string): Promise<INestApplicationContext> {
  const buckets = new RedisBucketBroker(url, { prefix });
  const brokers = {
    messageBroker: new RedisMessageBroker(url, { prefix }),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  };

  @Module({ imports: [RepidModule.forRoot(brokers)], providers: [Orders] })
  class AppModule {}

  return NestFactory.createApplicationContext(AppModule, { logger: false });
}
