import assert from 'node:assert/strict';
import { BrokerClosedError } from '../../errors/index.js';
import type { BucketBroker } from '../../bucket/index.js';
import { bucket, uniqueName } from '../fixture.js';
import { TIMEOUT, within } from '../waiting.js';
import type { BucketScenario } from './scenario.js';

/** Connecting, disconnecting, and calls in between. */
export function bucketLifecycle(scenario: BucketScenario): void {
  scenario('may be connected and disconnected twice', async ({ buckets }) => {
    await buckets.connect();
    await buckets.disconnect();
    await buckets.disconnect();
  });

  scenario('refuses calls before it is connected', async ({ harness }) => {
    await expectClosed(await harness.createBuckets());
  });

  scenario('refuses calls after it was disconnected', async ({ buckets }) => {
    await buckets.disconnect();
    await expectClosed(buckets);
  });

  scenario('keeps its buckets over a reconnect', async ({ buckets }) => {
    const kept = bucket();
    await buckets.store([kept]);
    await buckets.disconnect();
    await buckets.connect();
    assert.deepEqual(await buckets.get([kept.id]), [kept.body]);
  });

  scenario('rejects waits when it is disconnected', async ({ buckets }) => {
    const waiting = buckets.wait(uniqueName('never'), { timeout: TIMEOUT * 2 });
    const ended = assert.rejects(within(waiting, 'the wait to end'), BrokerClosedError);
    await buckets.disconnect();
    await ended;
  });
}

async function expectClosed(buckets: BucketBroker): Promise<void> {
  await assert.rejects(buckets.get(['id']), BrokerClosedError);
  await assert.rejects(buckets.store([bucket()]), BrokerClosedError);
  await assert.rejects(buckets.delete(['id']), BrokerClosedError);
  await assert.rejects(buckets.wait('id', { timeout: 100 }), BrokerClosedError);
}
