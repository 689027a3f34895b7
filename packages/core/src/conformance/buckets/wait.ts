import assert from 'node:assert/strict';
import { TimeoutError } from '../../errors/index.js';
import { bucket, uniqueName } from '../fixture.js';
import { TIMEOUT, within } from '../waiting.js';
import type { BucketScenario } from './scenario.js';

const longWait = { timeout: TIMEOUT * 2 };

/** Whoever waits for a bucket gets it, whatever comes first. */
export function waitingForBuckets(scenario: BucketScenario): void {
  scenario('answers at once where the bucket is there', async ({ buckets }) => {
    const there = bucket();
    await buckets.store([there]);
    assert.equal(await within(buckets.wait(there.id, longWait), 'the bucket'), there.body);
  });

  scenario('answers when the bucket is stored', async ({ buckets }) => {
    const coming = bucket();
    const waiting = buckets.wait(coming.id, longWait);
    await buckets.store([bucket(), coming]);
    assert.equal(await within(waiting, 'the bucket'), coming.body);
  });

  scenario('answers when it is stored over one whose TTL has passed', async ({ buckets, pass }) => {
    const coming = bucket({ ttl: 100 });
    await buckets.store([coming]);
    await pass(105);
    const waiting = buckets.wait(coming.id, longWait);
    await buckets.store([{ ...coming, body: '2', ttl: 60_000 }]);
    assert.equal(await within(waiting, 'the bucket'), '2');
  });

  scenario('answers all who wait for it', async ({ buckets }) => {
    const coming = bucket();
    const waiting = Array.from({ length: 20 }, () => buckets.wait(coming.id, longWait));
    await buckets.store([coming]);
    assert.deepEqual(await within(Promise.all(waiting), 'the bucket'), Array(20).fill(coming.body));
  });

  scenario('tells apart who waits for what', async ({ buckets }) => {
    const coming = Array.from({ length: 20 }, (_, number) => bucket({ body: `${number}` }));
    const waiting = coming.map(({ id }) => buckets.wait(id, longWait));
    await buckets.store(coming.toReversed());
    const bodies = coming.map(({ body }) => body);
    assert.deepEqual(await within(Promise.all(waiting), 'the buckets'), bodies);
  });

  scenario('gives up after its timeout', async ({ buckets, pass }) => {
    const waiting = assert.rejects(buckets.wait(uniqueName('never'), { timeout: 200 }), TimeoutError);
    await pass(201);
    await within(waiting, 'the timeout');
  });

  scenario('goes on for others when one gives up', async ({ buckets, pass }) => {
    const coming = bucket();
    const hasty = assert.rejects(buckets.wait(coming.id, { timeout: 200 }), TimeoutError);
    const patient = buckets.wait(coming.id, longWait);
    await pass(201);
    await within(hasty, 'the timeout');
    await buckets.store([coming]);
    assert.equal(await within(patient, 'the bucket'), coming.body);
  });

  scenario('gives up with the reason of its signal', async ({ buckets }) => {
    const abortion = new AbortController();
    const reason = new Error('not needed any more');
    const waiting = buckets.wait(uniqueName('never'), { ...longWait, signal: abortion.signal });
    abortion.abort(reason);
    await assert.rejects(within(waiting, 'the abortion'), (problem) => problem === reason);
  });

  scenario('does not begin where its signal has fired', async ({ buckets }) => {
    const reason = new Error('not needed at all');
    const waiting = buckets.wait(uniqueName('never'), { ...longWait, signal: AbortSignal.abort(reason) });
    await assert.rejects(within(waiting, 'the abortion'), (problem) => problem === reason);
  });
}
