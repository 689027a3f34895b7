import assert from 'node:assert/strict';
import { bucket } from '../fixture.js';
import type { BucketScenario } from './scenario.js';

/** Long enough to check the bucket before it expires, in milliseconds. */
const TTL = 1_000;

/** A bucket is kept exactly for its time to live. */
export function expiry(scenario: BucketScenario): void {
  scenario('forgets a bucket when its TTL has passed', async ({ buckets, pass }) => {
    const brief = bucket({ ttl: TTL });
    await buckets.store([brief]);
    assert.deepEqual(await buckets.get([brief.id]), [brief.body]);
    await pass(TTL + 5);
    assert.deepEqual(await buckets.get([brief.id]), [undefined]);
    assert.equal(await buckets.delete([brief.id]), 0);
  });

  scenario('keeps a bucket without a TTL', async ({ buckets, pass }) => {
    const lasting = bucket({ ttl: null });
    await buckets.store([lasting]);
    await pass(TTL + 5);
    assert.deepEqual(await buckets.get([lasting.id]), [lasting.body]);
    await buckets.delete([lasting.id]);
  });

  scenario('restarts the TTL when the bucket is replaced', async ({ buckets, pass }) => {
    const brief = bucket({ ttl: TTL });
    await buckets.store([brief]);
    await pass(TTL / 2);
    await buckets.store([{ ...brief, ttl: 60_000 }]);
    await pass(TTL);
    assert.deepEqual(await buckets.get([brief.id]), [brief.body]);
  });

  scenario('replaces no TTL with one, and one with none', async ({ buckets, pass }) => {
    const [first, second] = [bucket({ ttl: null }), bucket({ ttl: TTL })];
    await buckets.store([first, second]);
    await buckets.store([
      { ...first, ttl: TTL },
      { ...second, ttl: null },
    ]);
    await pass(TTL + 5);
    assert.deepEqual(await buckets.get([first.id, second.id]), [undefined, second.body]);
    await buckets.delete([second.id]);
  });

  scenario('accepts a TTL that is not an integer', async ({ buckets }) => {
    const odd = bucket({ ttl: 60_000.5 });
    await buckets.store([odd]);
    assert.deepEqual(await buckets.get([odd.id]), [odd.body]);
  });
}
