import { defineActor, InMemoryBucketBroker, InMemoryMessageBroker, Repid, Router, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyValue, asRead, isLossy } from '../packages/core/src/serializer/any-value.test-support.js';
import { startRedis, type TestRedis } from './support/redis-server.js';

/** A connection, and access to the contents of its brokers. */
interface Environment {
  readonly repid: Repid;
  contents(): Promise<unknown>;
  close(): Promise<void>;
}

async function inMemory(): Promise<Environment> {
  const messageBroker = new InMemoryMessageBroker();
  const buckets = new InMemoryBucketBroker({ clock: messageBroker.clock });
  const repid = connected({ messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets });
  return {
    repid,
    contents: async () => [buckets.contents.size, await repid.channel('default').stats()],
    close: () => repid.disconnect(),
  };
}

async function onRedis({ url, uniquePrefix }: TestRedis): Promise<Environment> {
  const prefix = uniquePrefix();
  const redis = new Redis(url);
  const buckets = new RedisBucketBroker(url, { prefix });
  const repid = connected({
    messageBroker: new RedisMessageBroker(url, { prefix }),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  });
  const dump = async (key: string) => [key, (await redis.dumpBuffer(key))?.toString('base64')];
  return {
    repid,
    contents: async () => Promise.all((await redis.keys(`${prefix}*`)).toSorted().map(dump)),
    close: async () => {
      await repid.disconnect();
      redis.disconnect();
    },
  };
}

function connected(brokers: ConstructorParameters<typeof Repid>[0]): Repid {
  return new Repid({ ...brokers, onEvent: () => {} });
}

/** The payload that an actor received, and the value that an actor returns, by job id. */
const received = new Map<string, unknown>();
const toReturn = new Map<string, unknown>();

const ACTORS = [
  defineActor({ name: 'take' }, (payload, msg) => {
    received.set(msg.id, payload);
    return payload;
  }),
  defineActor({ name: 'give' }, (_, msg) => toReturn.get(msg.id)),
  defineActor({ name: 'answer' }, (payload, msg) =>
    msg.replyJson({ payload, headers: { ...msg.headers, topic: 'reply' } }),
  ),
];

/** Sends a message and returns its headers as read from the broker, or the error code if they are refused. */
async function sendAndRead(repid: Repid, headers: Record<string, string>): Promise<unknown> {
  const channel = repid.channel('elsewhere');
  const code = await repid.sendMessageJson({ channel: channel.name, payload: 1, headers }).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
  const [message] = await channel.peek(1);
  await channel.purge();
  return code ?? { ...message?.headers };
}

describe.each<[name: string, runs: number]>([
  ['in memory', 300],
  ['on Redis', 100],
])('A value, %s', (name, numRuns) => {
  let server: TestRedis | undefined;
  let environment: Environment;
  let worker: Worker;
  let working: Promise<unknown>;

  beforeAll(async () => {
    server = name === 'on Redis' ? await startRedis() : undefined;
    environment = server ? await onRedis(server) : await inMemory();
    worker = new Worker(environment.repid.producer, new Router(ACTORS), { handleSignals: [] });
    working = worker.run();
  });
  afterAll(async () => {
    await worker.stop();
    await working;
    await environment.close();
    await server?.stop();
  });

  const written = anyValue().filter((value) => !isLossy(value));
  const refused = anyValue().filter((value) => isLossy(value));

  it.each([true, false])('as arguments is read by the rules of JSON; in a bucket: %s', async (useArgsBucket) => {
    await fc.assert(
      fc.asyncProperty(written, async (args) => {
        const job = await environment.repid.job('take', { args, useArgsBucket }).enqueue();
        const { success, data } = await job.waitForResult();
        const expected = asRead(args);
        expect({ success, data, received: received.get(job.id) ?? null }).toEqual({
          success: true,
          data: expected,
          received: expected,
        });
      }),
      { numRuns },
    );
  });

  it('as a result is read by the rules of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (value) => {
        const job = environment.repid.job('give');
        toReturn.set(job.id, value);
        await job.enqueue();
        const { success, data } = await job.waitForResult();
        expect({ success, data }).toEqual({ success: true, data: asRead(value) });
      }),
      { numRuns },
    );
  });

  it('as a message and its reply is read by the rules of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (payload) => {
        const request = { channel: 'default', payload, headers: { topic: 'answer' } };
        expect(await environment.repid.request(request)).toEqual(asRead(payload));
      }),
      { numRuns },
    );
  });

  it('in headers is read unchanged', async () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('constructor', 'toString', 'x', '__proto__', 'repid-id'));
    const headers = fc.dictionary(names, fc.oneof(fc.string(), fc.string({ unit: 'binary' })), {
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(headers, async (sent) => {
        const isRefused = Object.keys(sent).some((header) => header === '__proto__' || header.startsWith('repid-'));
        expect(await sendAndRead(environment.repid, sent)).toEqual(isRefused ? 'REPID_INVALID_OPTION' : { ...sent });
      }),
      { numRuns },
    );
  });

  it('as a result fails its run if JSON cannot represent it, and the error names the path', async () => {
    await fc.assert(
      fc.asyncProperty(refused, async (value) => {
        const job = environment.repid.job('give', { retries: 2 });
        toReturn.set(job.id, value);
        await job.enqueue();
        const { success, data, exception } = await job.waitForResult();
        expect({ success, data }).toEqual({ success: false, data: null });
        expect(exception).toMatch(/^SerializationError: result/);
      }),
      { numRuns: numRuns / 2 },
    );
  });

  it('is refused if JSON cannot represent it, and leaves nothing behind', async () => {
    await worker.stop();
    await working;
    const before = await environment.contents();
    await fc.assert(
      fc.asyncProperty(refused, async (value) => {
        const { repid } = environment;
        const message = { channel: 'default', payload: value, headers: { topic: 'take' } };
        const calls: Promise<unknown>[] = [
          repid.job('take', { args: value }).enqueue(),
          repid.job('take', { args: value, useArgsBucket: false }).enqueue(),
          repid.enqueue([repid.job('take', { args: 'good' }), repid.job('take', { args: value })]),
          repid.sendMessageJson(message),
        ];
        for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'REPID_SERIALIZATION' });
      }),
      { numRuns: numRuns / 2 },
    );
    expect(await environment.contents()).toEqual(before);
  });
});
