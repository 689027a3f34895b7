import {
  type BucketRecord,
  BucketCodec,
  type Condition,
  type Consumer,
  type Delivery,
  HEADER,
  type OutgoingMessage,
  type Priority,
  type Settlement,
  jsonSerializer,
} from '@repid/core';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ACK, RedisFixture, textOf } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { LIMITS } from '../options/defaults.js';

const codec = new BucketCodec(jsonSerializer);
const CHANNELS = ['email', 'sms'] as const;
const STREAMS: Readonly<Record<string, string>> = { h: ':high', m: '', l: ':low' };
const PLUS = '+'.charCodeAt(0);

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const channel = fc.constantFrom(...CHANNELS, 'email', 'email');
const condition = fc.constantFrom<Condition>('success', 'success', 'failure', 'settled');
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);

const jobs = fc.record({
  id,
  channel,
  priority: fc.constantFrom<Priority>('medium', 'medium', 'medium', 'high', 'low'),
  on: fc.uniqueArray(fc.record({ bucketId: id, condition }), { maxLength: 2, selector: ({ bucketId }) => bucketId }),
  hasHeader: fc.boolean(),
  clears: rarely,
});
const ends = fc.record({ success: fc.boolean(), large: fc.integer({ min: 0, max: 2 }).map((n) => n === 0) });

const steps = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ publish: fc.array(fc.array(jobs, { minLength: 1, maxLength: 4 }), { maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      settle: fc.array(
        fc.record({
          outcome: fc.constantFrom('ack', 'ack', 'ack', 'nack', 'reject'),
          end: fc.option(ends, { nil: undefined }),
          follower: fc.option(jobs, { nil: undefined, freq: 1 }),
        }),
        { minLength: 4, maxLength: 4 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ cancel: fc.record({ id, channel }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ store: fc.array(fc.record({ id, end: ends }), { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ purge: channel }) },
  { weight: 1, arbitrary: fc.record({ replay: channel }) },
);

type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;
type JobPlan = typeof jobs extends fc.Arbitrary<infer Value> ? Value : never;
type End = typeof ends extends fc.Arbitrary<infer Value> ? Value : never;

describe('The keys of waiting jobs', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  it('are consistent after any sequence of operations', async () => {
    const run = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (all) => {
      await fixture.redis.flushall();
      const consumer = await fixture.broker.consume({ channels: CHANNELS });
      const inFlight: Delivery[] = [];
      for (const step of all) {
        await take(step, consumer, inFlight);
        expect(await contradictions()).toEqual([]);
      }
      await consumer.close();
    });
    await fc.assert(run, { numRuns: 100 });
  }, 60_000);

  async function take(step: Step, consumer: Consumer, inFlight: Delivery[]): Promise<void> {
    if ('publish' in step) {
      await Promise.allSettled(step.publish.map((batch) => fixture.broker.publish(batch.map(messageOf))));
    } else if ('take' in step) {
      inFlight.push(...(await consumer.receive(step.take, { wait: false })));
    } else if ('settle' in step) {
      const some = inFlight.splice(0, step.settle.length);
      // The worker has lost jobs that were cancelled in the meantime.
      await Promise.allSettled(some.map((delivery, n) => delivery.settle(settlementOf(delivery, step.settle[n]!))));
    } else if ('cancel' in step) {
      await fixture.broker.cancel(step.cancel.id);
    } else if ('store' in step) {
      await buckets.store(step.store.map((one) => bucketOf(one.id, one.end)));
    } else if ('purge' in step) {
      await fixture.broker.channels.purge(step.purge);
    } else {
      await fixture.broker.channels.replayDeadLetters(step.replay, { withDependents: true });
    }
  }

  function messageOf({ id: jobId, channel: name, priority, on, hasHeader, clears }: JobPlan): OutgoingMessage {
    const result = { id: jobId, ttl: 60_000, into: buckets };
    const releases = JSON.stringify(on.map(({ bucketId }) => bucketId));
    return {
      ...{ id: jobId, channel: name, priority, payload: Buffer.from(jobId) },
      headers: { topic: 'act', releases, ...(hasHeader && { [HEADER.id]: jobId }) },
      clears: clears ? [{ id: jobId, into: buckets }] : undefined,
      waits: on.length > 0 ? { on, timeout: 60_000, result } : undefined,
    };
  }

  function settlementOf(
    delivery: Delivery,
    { outcome, end, follower }: { outcome: string; end?: End; follower?: JobPlan },
  ): Settlement {
    const { headers } = delivery.message;
    if (outcome === 'reject') return { outcome: { type: 'reject', headers } };
    const reason = { code: 'Error', name: 'Error', message: 'no', attempts: 1, at: 5 };
    return {
      outcome: outcome === 'ack' ? ACK.outcome : { type: 'nack', headers, reason },
      releases: JSON.parse(headers['releases'] ?? '[]') as string[],
      bucket: end && { ...bucketOf(textOf(delivery), end), into: buckets },
      publish: follower && [messageOf(follower)],
    };
  }

  /** Returns contradictions between keys, and data that would never be removed. */
  async function contradictions(): Promise<string[]> {
    const keys = await fixture.redis.keys('*');
    const idsAt = (start: string): string[] =>
      keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
    const waitedFor = new Set(idsAt('repid::waiters:'));
    const [there, records] = [idsAt('repid:bucket:'), idsAt('repid::waiting:')];
    const found = await contradictionsOfJobs(new Set(there), new Set(records));
    const awaited = await fixture.redis.hgetallBuffer('repid::awaited');
    for (const [bucketId, value] of Object.entries(awaited)) {
      if ((value[0] === PLUS) !== waitedFor.delete(bucketId)) found.push(`waiters of ${bucketId}`);
      const hasFirst = value[0] !== PLUS || value.length > 1;
      if (hasFirst !== ((await firstOf(bucketId)).length === 1)) found.push(`the first of ${bucketId}`);
      if (hasFirst && there.includes(bucketId)) found.push(`${bucketId} is there, and waited for`);
    }
    for (const bucketId of waitedFor) found.push(`waiters of ${bucketId} that are not awaited`);
    for (const bucketId of there) {
      const isKept = await fixture.redis.exists(`repid::waiters:${bucketId}`);
      if ((await fixture.timeLeft(bucketId)) < 0 && isKept === 0) found.push(`${bucketId} never expires`);
    }
    return found;
  }

  async function firstOf(bucketId: string): Promise<string[]> {
    const locations = Object.values(await fixture.redis.hgetall('repid::jobs'));
    return locations.filter((location) => location.slice(0, location.lastIndexOf('@')) === `s${bucketId}`);
  }

  async function contradictionsOfJobs(there: ReadonlySet<string>, records: Set<string>): Promise<string[]> {
    const found: string[] = [];
    const located = Object.entries(await fixture.redis.hgetall('repid::jobs'));
    for (const name of CHANNELS) {
      const waiting = new Set(await fixture.redis.zrange(`repid:${name}:waiting`, '0', '-1'));
      const messages = new Set(await fixture.redis.hkeys(`repid:${name}:waiting:messages`));
      for (const [jobId, location] of located.filter(([, entry]) => entry.endsWith(`@${name}`))) {
        const [letter, rest] = [location[0]!, location.slice(1, location.lastIndexOf('@'))];
        records.delete(`${name}:${jobId}`);
        if ('swo'.includes(letter) !== waiting.delete(jobId)) found.push(`${name}:${jobId} (${location}) waits`);
        if ((letter === 'o') !== messages.delete(jobId)) found.push(`${name}:${jobId} (${location}) has a message`);
        if (letter === 'o' && there.has(rest)) found.push(`${name}:${jobId} waits for ${rest}, which is there`);
        if (letter in STREAMS && !(await hasEntry(`repid:${name}${STREAMS[letter]}`, rest)))
          found.push(`${jobId} is lost`);
      }
      for (const jobId of [...waiting, ...messages]) found.push(`${name}:${jobId} waits and is not indexed`);
    }
    for (const record of records) found.push(`record of ${record}`);
    return found;
  }

  async function hasEntry(stream: string, entry: string): Promise<boolean> {
    return (await fixture.redis.xrange(stream, entry, entry)).length === 1;
  }
});

function bucketOf(bucketId: string, { success, large }: End): BucketRecord {
  const at = new Date(1);
  const data = large ? 'x'.repeat(LIMITS.inlinedResultSize) : null;
  const exception = success ? undefined : 'Error: no';
  const body = codec.encodeResult({
    success,
    exception,
    startedAt: at,
    finishedAt: at,
    timestamp: at,
    ttl: 60_000,
    data,
  });
  return { id: bucketId, ttl: 60_000, success, body };
}
