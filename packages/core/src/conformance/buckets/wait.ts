import assert from 'node:assert/strict';
import { TimeoutError } from '../../errors/index.js';
import { bucket, uniqueName } from '../fixture.js';
import { TIMEOUT, within } from '../waiting.js';
import type { BucketScenario } from './scenario.js';

const longWait = { timeout: TIMEOUT * 2 };

/** A wait gets its bucket, in whatever order the two arrive. */
export function waitingForBuckets(scenario: BucketScenario): void {
  scenario('resolves immediately if the bucket exists', async ({ buckets }) => {
    const there = bucket();
    await buckets.store([there]);
    assert.equal(await within(buckets.wait(there.id, longWait), 'the bucket'), there.body);
  });

  scenario('resolves when the bucket is stored', async ({ buckets }) => {
    const coming = bucket();
    const waiting = buckets.wait(coming.id, longWait);
    await buckets.store([bucket(), coming]);
    assert.equal(await within(waiting, 'the bucket'), coming.body);
  });

  scenario('resolves when the bucket replaces an expired one', async ({ buckets, pass }) => {
    const coming = bucket({ ttl: 100 });
    await buckets.store([coming]);
    await pass(105);
    const waiting = buckets.wait(coming.id, longWait);
    await buckets.store([{ ...coming, body: '2', ttl: 60_000 }]);
    assert.equal(await within(waiting, 'the bucket'), '2');
  });

  scenario('resolves all waits for a bucket', async ({ buckets }) => {
    const coming = bucket();
    const waiting = Array.from({ length: 20 }, () => buckets.wait(coming.id, longWait));
    await buckets.store([coming]);
    assert.deepEqual(await within(Promise.all(waiting), 'the bucket'), Array(20).fill(coming.body));
  });

  scenario('resolves each wait with its own bucket', async ({ buckets }) => {
    const coming = Array.from({ length: 20 }, (_, number) => bucket({ body: `${number}` }));
    const waiting = coming.map(({ id }) => buckets.wait(id, longWait));
    await buckets.store(coming.toReversed());
    const bodies = coming.map(({ body }) => body);
    assert.deepEqual(await within(Promise.all(waiting), 'the buckets'), bodies);
  });

  scenario('rejects after its timeout', async ({ buckets, pass }) => {
    const waiting = assert.rejects(buckets.wait(uniqueName('never'), { timeout: 200 }), TimeoutError);
    await pass(201);
    await within(waiting, 'the timeout');
  });

  scenario('keeps other waits when one times out', async ({ buckets, pass }) => {
    const coming = bucket();
    const short = assert.rejects(buckets.wait(coming.id, { timeout: 200 }), TimeoutError);
    const long = buckets.wait(coming.id, longWait);
    await pass(201);
    await within(short, 'the timeout');
    await buckets.store([coming]);
    assert.equal(await within(long, 'the bucket'), coming.body);
  });

  scenario('rejects with the reason of its signal', async ({ buckets }) => {
    const abortion = new AbortController();
    const reason = new Error('not needed any more');
    const waiting = buckets.wait(uniqueName('never'), { ...longWait, signal: abortion.signal });
    abortion.abort(reason);
    await assert.rejects(within(waiting, 'the abortion'), (problem) => problem === reason);
  });

  scenario('rejects immediately if its signal is aborted', async ({ buckets }) => {
    const reason = new Error('not needed at all');
    const waiting = buckets.wait(uniqueName('never'), { ...longWait, signal: AbortSignal.abort(reason) });
    await assert.rejects(within(waiting, 'the abortion'), (problem) => problem === reason);
  });
}
