import assert from 'node:assert/strict';
import { bucket, uniqueName } from '../fixture.js';
import type { BucketScenario } from './scenario.js';

/** A stored bucket exists until it is replaced or deleted. */
export function keeping(scenario: BucketScenario): void {
  scenario('returns what was stored, unchanged', async ({ buckets }) => {
    const stored = bucket({ body: '{"data":"žluťoučký 🐎\\n","long":"' + 'x'.repeat(100_000) + '"}' });
    await buckets.store([stored]);
    assert.deepEqual(await buckets.get([stored.id]), [stored.body]);
  });

  scenario('returns many in the order of the ids, and undefined for missing ones', async ({ buckets }) => {
    const [a, b] = [bucket({ body: '"a"' }), bucket({ body: '"b"' })];
    await buckets.store([a, b]);
    assert.deepEqual(await buckets.get([b.id, uniqueName('missing'), a.id, b.id]), ['"b"', undefined, '"a"', '"b"']);
  });

  scenario('keeps the buckets of failed jobs, too', async ({ buckets }) => {
    const failed = bucket({ success: false });
    await buckets.store([failed]);
    assert.deepEqual(await buckets.get([failed.id]), [failed.body]);
  });

  scenario('accepts any text as an id', async ({ buckets }) => {
    const odd = bucket({ id: `${uniqueName('odd')}: {a} *?[b] ø "` });
    await buckets.store([odd]);
    assert.deepEqual(await buckets.get([odd.id]), [odd.body]);
  });

  scenario('replaces an existing bucket', async ({ buckets }) => {
    const first = bucket({ body: '1' });
    await buckets.store([first]);
    await buckets.store([{ ...first, body: '2' }]);
    assert.deepEqual(await buckets.get([first.id]), ['2']);
  });

  scenario('keeps the last of two with the same id in one call', async ({ buckets }) => {
    const first = bucket({ body: '1' });
    await buckets.store([first, { ...first, body: '2' }]);
    assert.deepEqual(await buckets.get([first.id]), ['2']);
  });

  scenario('deletes many, and counts those that existed', async ({ buckets }) => {
    const [a, b, kept] = [bucket(), bucket(), bucket()];
    await buckets.store([a, b, kept]);
    assert.equal(await buckets.delete([a.id, uniqueName('missing'), b.id]), 2);
    assert.deepEqual(await buckets.get([a.id, b.id, kept.id]), [undefined, undefined, kept.body]);
    assert.equal(await buckets.delete([a.id]), 0);
  });

  scenario('accepts empty batches', async ({ buckets }) => {
    await buckets.store([]);
    assert.deepEqual(await buckets.get([]), []);
    assert.equal(await buckets.delete([]), 0);
  });
}
