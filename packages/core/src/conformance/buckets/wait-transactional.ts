import assert from 'node:assert/strict';
import type { MessageBroker } from '../../broker/index.js';
import { ack } from '../settlements.js';
import { bucket, uniqueName } from '../fixture.js';
import { TIMEOUT, within } from '../waiting.js';
import type { BucketScenario, BucketFixture } from './scenario.js';

const longWait = { timeout: TIMEOUT * 2 };

/** A bucket in a message or a settlement resolves the waits for it, too. */
export function waitingForSettlements(scenario: BucketScenario): void {
  scenario('resolves when a settlement stores the bucket', async (fixture) => {
    const coming = bucket();
    await withTransactionalBroker(fixture, async (broker) => {
      const delivery = await deliver(broker);
      const waiting = fixture.buckets.wait(coming.id, longWait);
      await ack(delivery, { bucket: { ...coming, into: fixture.buckets } });
      assert.equal(await within(waiting, 'the bucket'), coming.body);
    });
  });

  scenario('resolves when a published message stores the bucket', async (fixture) => {
    const coming = bucket();
    await withTransactionalBroker(fixture, async (broker) => {
      const waiting = fixture.buckets.wait(coming.id, longWait);
      const buckets = [{ ...coming, into: fixture.buckets }];
      await broker.publish([{ channel: uniqueName('channel'), payload: new Uint8Array(), headers: {}, buckets }]);
      assert.equal(await within(waiting, 'the bucket'), coming.body);
    });
  });
}

async function withTransactionalBroker(
  fixture: BucketFixture,
  run: (broker: MessageBroker) => Promise<void>,
): Promise<void> {
  const broker = await fixture.harness.createBroker!();
  await broker.connect();
  assert.equal(await broker.join(fixture.buckets), true, 'joins its own kind of bucket broker');
  await run(broker).finally(() => broker.disconnect());
}

async function deliver(broker: MessageBroker) {
  const channel = uniqueName('channel');
  await broker.publish([{ channel, payload: new Uint8Array(), headers: {} }]);
  const consumer = await broker.consume({ channels: [channel] });
  const [delivery] = await within(consumer.receive(1, { wait: true }), 'the delivery');
  return delivery!;
}
