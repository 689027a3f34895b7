import { BucketCodec, type Delivery, HEADER, type OutgoingMessage, type Settlement, jsonSerializer } from '@repid/core';
import { describe, expect, it } from 'vitest';
import { keyspaceOf } from '../../../test/support/redis-keyspace.js';
import { ACK, RedisFixture, job, message, textOf } from '../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from './bucket-broker/redis-bucket-broker.js';
import { FAST_PATHS, type FastPath } from './commands/fast-paths.js';
import { LIMITS } from './options/defaults.js';

const codec = new BucketCodec(jsonSerializer);

const TTL = 60_000;

/** Publishes, settles and fetches through the broker of the fixture. */
type Scenario = (tools: Tools) => Promise<void>;

interface Tools {
  readonly fixture: RedisFixture;
  readonly buckets: RedisBucketBroker;
  publish(...messages: readonly OutgoingMessage[]): Promise<void>;
  /** Publishes each message with its own call, in one turn. Ignores refusals. */
  publishEach(...messages: readonly OutgoingMessage[]): Promise<void>;
  take(count: number): Promise<readonly Delivery[]>;
  /** Settles all deliveries in one turn. Ignores refusals. */
  settle(deliveries: readonly Delivery[], settlement: (delivery: Delivery) => Settlement): Promise<void>;
  result(
    id: string,
    more?: { readonly ttl?: number | null; readonly success?: boolean; readonly data?: unknown },
  ): Settlement;
  waiting(id: string, ...on: readonly string[]): OutgoingMessage;
}

const acknowledge = (): Settlement => ACK;
const names = ['a', 'b', 'c'];
const withArgs = (one: OutgoingMessage): OutgoingMessage => ({
  ...one,
  headers: { ...one.headers, [HEADER.argsBucket]: '' },
});

const SCENARIOS: Record<string, Scenario> = {
  'a bare message': ({ publish }) => publish(message('x')),
  'a job': ({ publish }) => publish(job('a')),
  'a job without an id header': ({ publish }) => publish(job('a', { headers: { topic: 'act' } })),
  'a job with another content type': ({ publish }) =>
    publish(job('a', { contentType: 'text/plain', replyTo: 'there' })),
  'a job twice': async ({ publish, publishEach }) => {
    await publish(job('a'));
    await publishEach(job('a'), job('b'), job('b'));
  },
  'a job with another result bucket': ({ publish }) => publish(job('a', { resultId: 'r' })),
  'a delayed job': ({ publish }) => publish(job('a', { delay: TTL }), job('b')),
  priorities: ({ publish }) => publish(job('a', { priority: 'high' }), job('b', { priority: 'low' }), job('c')),
  'jobs on two channels': ({ publish }) => publish(job('a'), job('b', { channel: 'sms' }), message('x')),
  'a chain': ({ publish, waiting }) => publish(job('a'), waiting('b', 'a'), waiting('c', 'b')),
  'chains, each by itself': ({ publishEach, waiting }) =>
    publishEach(waiting('b', 'a'), waiting('c', 'b'), waiting('b', 'a')),
  'a chain with another result bucket': ({ publish, waiting, buckets }) => {
    const one = waiting('b', 'a');
    return publish({ ...one, waits: { ...one.waits!, result: { id: 'other', ttl: null, into: buckets } } });
  },
  'waits without a result': ({ publish, waiting }) => {
    const one = waiting('b', 'a');
    return publish({ ...one, waits: { ...one.waits!, result: undefined } });
  },
  'a wait of a fraction of a millisecond': ({ publish, waiting }) => {
    const one = waiting('b', 'a');
    return publish({ ...one, waits: { ...one.waits!, timeout: TTL + 0.4 } });
  },
  'several jobs that wait for one bucket': ({ publish, waiting }) =>
    publish(waiting('b', 'a'), waiting('c', 'a'), waiting('d', 'a')),
  'a job that waits for several buckets': ({ publish, waiting }) => publish(waiting('c', 'a', 'b')),
  'a wait for a bucket that exists': async ({ publish, take, settle, result, waiting }) => {
    await publish(job('a'));
    await settle(await take(1), () => result('a'));
    await publish(waiting('b', 'a'));
  },
  'acknowledgements of messages': async ({ publish, take, settle }) => {
    await publish(...names.map((name) => message(name)));
    await settle(await take(3), acknowledge);
  },
  'acknowledgements of jobs': async ({ publish, take, settle }) => {
    await publish(...names.map((name) => job(name)));
    await settle(await take(3), acknowledge);
  },
  'jobs one by one': async ({ publish, take, settle }) => {
    await publish(...names.map((name) => job(name)), withArgs(job('d')), message('e'), job('f'));
    let deliveries = await take(1);
    for (let n = 0; n < 5; n++) [, deliveries] = await Promise.all([settle(deliveries, acknowledge), take(1)]);
  },
  'own arguments': async ({ publish, take, settle, result, buckets }) => {
    const args = (id: string) => [{ id: `${id}#`, body: '[1]', ttl: null, success: true, into: buckets }];
    await publish(...names.map((name) => ({ ...withArgs(job(name)), buckets: args(name) })));
    const deliveries = await take(3);
    await settle(deliveries.slice(0, 1), acknowledge);
    await settle(deliveries.slice(1, 2), () => result('b'));
  },
  results: async ({ publish, take, settle, result }) => {
    await publish(...names.map((name) => job(name)));
    await settle(await take(3), (one) => result(textOf(one)));
  },
  'results without a TTL and with a TTL of 0': async ({ publish, take, settle, result }) => {
    await publish(...names.map((name) => job(name)));
    const ttls: Record<string, number | null> = { a: null, b: 0, c: TTL };
    await settle(await take(3), (one) => result(textOf(one), { ttl: ttls[textOf(one)] }));
  },
  'results that release a job': async ({ publish, take, settle, result, waiting }) => {
    await publish(...names.flatMap((name) => [job(name), waiting(`after ${name}`, name)]));
    await settle(await take(3), (one) => result(textOf(one)));
  },
  'results that release several jobs': async ({ publish, take, settle, result, waiting }) => {
    await publish(job('a'), waiting('x', 'a'), waiting('y', 'a'), waiting('z', 'a', 'b'), job('b'));
    await settle(await take(2), (one) => result(textOf(one)));
  },
  'failures that skip jobs': async ({ publish, take, settle, result, waiting }) => {
    await publish(job('a'), waiting('b', 'a'), waiting('c', 'b'), waiting('d', 'c', 'a'));
    await settle(await take(1), () => result('a', { success: false }));
  },
  'a large result': async ({ publish, take, settle, result, waiting }) => {
    await publish(job('a'), waiting('b', 'a'));
    await settle(await take(1), () => result('a', { data: 'x'.repeat(LIMITS.inlinedResultSize) }));
  },
  followers: async ({ publish, take, settle, result, waiting }) => {
    await publish(job('a'), waiting('b', 'a'));
    await settle(await take(1), () => ({ ...result('a'), publish: [job('a'), job('c'), message('x')] }));
  },
  'retries and rejections': async ({ publish, take, settle }) => {
    await publish(...names.map((name) => job(name)));
    const headers = { topic: 'act', [HEADER.id]: 'a', tries: '2' };
    const outcomes: Record<string, Settlement['outcome']> = {
      a: { type: 'retry', headers, delay: TTL },
      b: { type: 'reject', headers: { topic: 'act', [HEADER.id]: 'b' } },
      c: {
        type: 'nack',
        headers: { topic: 'act', [HEADER.id]: 'c' },
        reason: { code: 'C', name: 'N', message: 'M', attempts: 1, at: 1 },
      },
    };
    await settle(await take(3), (one) => ({ outcome: outcomes[textOf(one)]! }));
  },
  'a delivery that another consumer has taken over': async ({ publish, take, settle, result, waiting, fixture }) => {
    await publish(job('a'), job('b'), waiting('c', 'a'));
    const deliveries = await take(2);
    await fixture.redis.xclaim('repid:email', 'repid:email:group', 'another', 0, deliveries[0]!.id);
    await settle(deliveries, (one) => result(textOf(one)));
  },
  'ids that other messages have taken': async ({ publish, take, settle, result, fixture }) => {
    await publish(job('a'), job('b'));
    const deliveries = await take(2);
    await fixture.redis.hset('repid::jobs', 'a', 'm0-1@email', 'b', 'm0-2@email');
    await settle(deliveries.slice(0, 1), acknowledge);
    await settle(deliveries.slice(1), () => result('b'));
  },
  'results whose client key has the wrong type': async ({ publish, take, settle, result, fixture }) => {
    await publish(job('a'), job('b'));
    const deliveries = await take(2);
    await fixture.redis.mset('repid::clients', '1', 'repid::clients:a', 'not ours');
    await settle(deliveries, (one) => result(textOf(one)));
  },
  'dependents whose stream has the wrong type': async ({ publish, take, settle, result, waiting, fixture }) => {
    await publish(job('a', { priority: 'low' }), waiting('b', 'a'));
    const deliveries = await take(1);
    await fixture.redis.set('repid:email', 'not ours');
    await settle(deliveries, () => result('a'));
  },
};

describe('The keyspace after', () => {
  const fixture = new RedisFixture();

  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    it(`${name} is the same with and without fast paths`, async () => {
      const general = await after(scenario, []);
      expect(await after(scenario, FAST_PATHS)).toEqual(general);
    });
  }

  it('differs between operations', async () => {
    expect(await after(SCENARIOS['a chain']!, [])).not.toEqual(await after(SCENARIOS['a job']!, []));
    expect(await after(SCENARIOS['results']!, [])).not.toEqual(await after(SCENARIOS['acknowledgements of jobs']!, []));
  });

  it.each(FAST_PATHS)('is written by the fast path %s', async (name) => {
    const other = FAST_PATHS.filter((one) => one !== name);
    const scripts = async (fastPaths: readonly FastPath[]): Promise<number> => {
      await fixture.redis.script('FLUSH');
      for (const scenario of Object.values(SCENARIOS)) await after(scenario, fastPaths);
      return Number(/number_of_cached_scripts:(\d+)/.exec(await fixture.redis.info('memory'))?.[1]);
    };
    expect(await scripts(FAST_PATHS)).toBeGreaterThan(await scripts(other));
  });

  async function after(scenario: Scenario, fastPaths: readonly FastPath[]): Promise<Record<string, unknown>> {
    await fixture.redis.flushall();
    fixture.broker = await fixture.connected({ fastPaths });
    const tools = await toolsFor(fixture);
    await scenario(tools);
    const found = await keyspaceOf(fixture.redis);
    await fixture.disconnectAll();
    return found;
  }
});

async function toolsFor(fixture: RedisFixture): Promise<Tools> {
  const { broker } = fixture;
  const buckets = await fixture.transactionalBuckets();
  const consumer = await broker.consume({ channels: ['email'], onProblem: () => undefined });
  return {
    fixture,
    buckets,
    publish: (...messages) => broker.publish(messages),
    publishEach: async (...messages) => void (await Promise.allSettled(messages.map((one) => broker.publish([one])))),
    take: async (count) => {
      const deliveries: Delivery[] = [];
      while (deliveries.length < count)
        deliveries.push(...(await consumer.receive(count - deliveries.length, { wait: true })));
      return deliveries.toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
    },
    settle: async (deliveries, settlement) =>
      void (await Promise.allSettled(deliveries.map((one) => one.settle(settlement(one))))),
    result: (id, { ttl = TTL, success = true, data = id } = {}) => {
      const at = new Date(1);
      const times = { startedAt: at, finishedAt: at, timestamp: at };
      const body = success
        ? codec.encodeResult({ success, ...times, ttl, data })
        : codec.encodeResult({ success, ...times, ttl, data: null, exception: 'Error: no' });
      return {
        ...ACK,
        bucket: { id, ttl, success, body, into: buckets, ...(!success && { cause: 'no', jobName: 'act' }) },
      };
    },
    waiting: (id, ...on) =>
      job(id, {
        waits: {
          on: on.map((bucketId) => ({ bucketId, condition: 'success' })),
          timeout: TTL,
          result: { id, ttl: TTL, into: buckets },
        },
      }),
  };
}
