import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reject, retry } from '../settlements.js';
import { bucket, type Stage, textOf } from '../stage.js';

/** Long enough that a slow machine does not lose what it extends, in milliseconds. */
const ownershipTime = 1_000;

/** What happens to the deliveries of a consumer that vanished. */
export function ownership(scenario: Scenario): void {
  scenario('delivers again what a vanished consumer held, and counts it', { ownershipTime }, async (stage) => {
    await stage.publish('held');
    const { second } = await takeOver(stage);
    assert.equal(textOf(second), 'held');
    assert.equal(second.deliveryCount, 2);
  });

  scenario('keeps what is extended', { ownershipTime }, async (stage) => {
    await stage.publish('kept');
    const [owner, other] = [await stage.consumer(), await stage.consumer()];
    const delivery = await stage.receiveOne(owner);
    for (let step = 0; step < 6; step += 1) {
      await stage.pass(ownershipTime / 4);
      assert.deepEqual(await owner.extend([delivery]), []);
      await stage.expectNothing(other);
    }
    await ack(delivery);
  });

  scenario('answers an extension with those that were lost', { ownershipTime }, async (stage) => {
    await stage.publish('lost');
    const owner = await stage.consumer();
    const lost = await stage.receiveOne(owner);
    await stage.pass(ownershipTime + 1);
    await stage.receiveOne(await stage.consumer());
    await stage.publish('kept');
    const kept = await stage.receiveOne(owner);
    assert.deepEqual(await owner.extend([lost, kept]), [lost]);
    await ack(kept);
  });

  scenario('commits nothing of a late settlement', { ownershipTime, needs: ['atomicSettlement'] }, async (stage) => {
    const into = await stage.joinedBuckets();
    const late = bucket();
    await stage.publish('held');
    const { first, second } = await takeOver(stage);
    const rest = { publish: [stage.message('never')], ...(into && { bucket: { ...late, into } }) };
    await assert.rejects(ack(first, rest), LostOwnershipError);
    await assert.rejects(retry(first, 0), LostOwnershipError);
    await stage.expectNothing(await stage.consumer());
    if (into) assert.deepEqual(await into.get([late.id]), [undefined]);
    await ack(second);
  });

  scenario('does not deliver again what was settled in time', { ownershipTime }, async (stage) => {
    await stage.publish('done');
    const consumer = await stage.consumer();
    await ack(await stage.receiveOne(consumer));
    await stage.pass(ownershipTime + 1);
    await stage.expectNothing(consumer);
    await stage.expectNothing(await stage.consumer());
  });

  scenario('counts anew what was given back', { ownershipTime }, async (stage) => {
    await stage.publish('held');
    const { second } = await takeOver(stage);
    await reject(second);
    assert.equal((await stage.receiveOne(await stage.consumer())).deliveryCount, 1);
  });
}

/** One consumer takes the next message and vanishes, another takes it over. */
async function takeOver(stage: Stage): Promise<{ first: Delivery; second: Delivery }> {
  const vanishing = await stage.consumer();
  const first = await stage.receiveOne(vanishing);
  await vanishing.close();
  const taken = stage.receiveOne(await stage.consumer());
  await stage.pass(ownershipTime + 1);
  return { first, second: await taken };
}
