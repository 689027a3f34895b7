import type { BucketRecord, OutgoingMessage } from '@repid/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { RedisFixture, job } from '../../../../test/support/redis-fixture.js';
import type { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';

const MANY = 10_000;
/** Long enough for a slow machine, but too short for quadratic growth. */
const LIMIT = 10_000;

describe('RedisMessageBroker with very many waiting jobs', () => {
  const fixture = new RedisFixture();
  let buckets: RedisBucketBroker;
  beforeEach(async () => void (buckets = await fixture.transactionalBuckets()));

  it('releases ten thousand jobs that wait for one bucket', async () => {
    await fixture.broker.publish(numbered(MANY, (n) => waiting(`job ${n}`, ['first'])));
    await timed('release of 10,000', () => buckets.store([ended('first', true)]));
    expect(await fixture.broker.channels.stats('email')).toMatchObject({ queued: MANY, waiting: 0 });
    await timed('their channel deleted', () => fixture.broker.channels.delete('email'));
    expect(await fixture.redis.keys('*wait*')).toEqual([]);
  });

  it('releases a job that waits for ten thousand buckets, at a constant cost for each', async () => {
    const perBucket = { few: await fanIn(100), many: await fanIn(MANY) };
    expect(perBucket.many).toBeLessThan(perBucket.few * 4);
    expect((await fixture.broker.channels.stats('email')).queued).toBe(2);
  });

  it('skips a job that waits for ten thousand buckets when the last has failed', async () => {
    await fixture.broker.publish([waiting('last', numbered(MANY, String))]);
    await buckets.store(numbered(MANY - 1, (n) => ended(String(n), true)));
    await timed('skip of one with 10,000', () => buckets.store([ended(String(MANY - 1), false)]));
    expect(await fixture.redis.keys('*wait*')).toEqual([]);
  });

  it('skips a chain of ten thousand to its end', async () => {
    const chain = numbered(MANY, (n) => waiting(`job ${n + 1}`, [`job ${n}`]));
    await timed('chain of 10,000 blocked', () => fixture.broker.publish(chain.toReversed()));
    await timed('chain of 10,000 skipped', () => buckets.store([ended('job 0', false)]));
    const [last] = await buckets.get([`job ${MANY}`]);
    expect(JSON.parse(last!).exception).toMatch(/"act" \(job 9999\), which was skipped\. Root cause: "job 0" failed$/);
    expect(await fixture.redis.keys('*wait*')).toEqual([]);
  });

  /** Milliseconds per bucket. */
  async function fanIn(size: number): Promise<number> {
    const ids = numbered(size, (n) => `${size} ${n}`);
    await timed(`${size} dependencies blocked`, () => fixture.broker.publish([waiting(`of ${size}`, ids)]));
    // Warm up.
    for (const id of ids.slice(0, 20)) await buckets.store([ended(id, true)]);
    const rest = ids.slice(20);
    const took = await timed(`${size} dependencies stored`, async () => {
      for (const id of rest) await buckets.store([ended(id, true)]);
    });
    return took / rest.length;
  }

  function waiting(id: string, on: readonly string[]): OutgoingMessage {
    const result = { id, ttl: 60_000, into: buckets };
    return job(id, {
      waits: { on: on.map((bucketId) => ({ bucketId, condition: 'success' })), timeout: 60_000, result },
    });
  }
});

function numbered<Item>(count: number, make: (n: number) => Item): Item[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function ended(id: string, success: boolean): BucketRecord {
  const body = JSON.stringify({ success, ttl: 60_000, timestamp: 1, data: null });
  return { id, ttl: 60_000, success, body, ...(success ? {} : { cause: `"${id}" failed` }) };
}

async function timed(what: string, action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await action();
  const took = performance.now() - begun;
  expect(took, what).toBeLessThan(LIMIT);
  if (process.env['MEASURE']) console.log(`${what}: ${took.toFixed(1)} ms`);
  return took;
}
