import assert from 'node:assert/strict';
import type { MessageBroker } from '../../broker/index.js';
import { ack } from '../settlements.js';
import { bucket, uniqueName } from '../stage.js';
import { PATIENCE, within } from '../waiting.js';
import type { BucketScenario, BucketStage } from './scenario.js';

const patiently = { timeout: PATIENCE * 2 };

/** A bucket that rides in a message or a settlement wakes who waits for it, too. */
export function waitingForSettlements(scenario: BucketScenario): void {
  scenario('answers when a settlement stores the bucket', async (stage) => {
    const coming = bucket();
    await withJoinedBroker(stage, async (broker) => {
      const delivery = await deliver(broker);
      const waiting = stage.buckets.wait(coming.id, patiently);
      await ack(delivery, { bucket: { ...coming, into: stage.buckets } });
      assert.equal(await within(waiting, 'the bucket'), coming.body);
    });
  });

  scenario('answers when a message brings the bucket', async (stage) => {
    const coming = bucket();
    await withJoinedBroker(stage, async (broker) => {
      const waiting = stage.buckets.wait(coming.id, patiently);
      const buckets = [{ ...coming, into: stage.buckets }];
      await broker.publish([{ channel: uniqueName('channel'), payload: new Uint8Array(), headers: {}, buckets }]);
      assert.equal(await within(waiting, 'the bucket'), coming.body);
    });
  });
}

async function withJoinedBroker(stage: BucketStage, play: (broker: MessageBroker) => Promise<void>): Promise<void> {
  const broker = await stage.harness.createBroker!();
  await broker.connect();
  assert.equal(await broker.join(stage.buckets), true, 'joins its own kind of bucket broker');
  await play(broker).finally(() => broker.disconnect());
}

async function deliver(broker: MessageBroker) {
  const channel = uniqueName('channel');
  await broker.publish([{ channel, payload: new Uint8Array(), headers: {} }]);
  const consumer = await broker.consume({ channels: [channel] });
  const [delivery] = await within(consumer.receive(1, { wait: true }), 'the delivery');
  return delivery!;
}
