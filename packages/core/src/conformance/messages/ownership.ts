import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reject, retry } from '../settlements.js';
import { bucket, type BrokerFixture, textOf } from '../fixture.js';

/** In milliseconds. Long enough that a slow machine does not lose the deliveries that it extends. */
const ownershipTime = 1_000;

/** What happens to the deliveries of a consumer that disappeared. */
export function ownership(scenario: Scenario): void {
  scenario('redelivers what a lost consumer owned, and counts it', { ownershipTime }, async (fixture) => {
    await fixture.publish('held');
    const { second } = await takeOver(fixture);
    assert.equal(textOf(second), 'held');
    assert.equal(second.deliveryCount, 2);
  });

  scenario('keeps extended deliveries', { ownershipTime }, async (fixture) => {
    await fixture.publish('kept');
    const [owner, other] = [await fixture.consumer(), await fixture.consumer()];
    const delivery = await fixture.receiveOne(owner);
    for (let step = 0; step < 6; step += 1) {
      await fixture.pass(ownershipTime / 4);
      assert.deepEqual(await owner.extend([delivery]), []);
      await fixture.expectNothing(other);
    }
    await ack(delivery);
  });

  scenario('returns the lost deliveries of an extension', { ownershipTime }, async (fixture) => {
    await fixture.publish('lost');
    const owner = await fixture.consumer();
    const lost = await fixture.receiveOne(owner);
    await fixture.pass(ownershipTime + 1);
    await fixture.receiveOne(await fixture.consumer());
    await fixture.publish('kept');
    const kept = await fixture.receiveOne(owner);
    assert.deepEqual(await owner.extend([lost, kept]), [lost]);
    await ack(kept);
  });

  scenario('commits nothing of a late settlement', { ownershipTime, needs: ['atomicSettlement'] }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    const late = bucket();
    await fixture.publish('held');
    const { first, second } = await takeOver(fixture);
    const rest = { publish: [fixture.message('never')], ...(into && { bucket: { ...late, into } }) };
    await assert.rejects(ack(first, rest), LostOwnershipError);
    await assert.rejects(retry(first, 0), LostOwnershipError);
    await fixture.expectNothing(await fixture.consumer());
    if (into) assert.deepEqual(await into.get([late.id]), [undefined]);
    await ack(second);
  });

  scenario('does not redeliver what was settled in time', { ownershipTime }, async (fixture) => {
    await fixture.publish('done');
    const consumer = await fixture.consumer();
    await ack(await fixture.receiveOne(consumer));
    await fixture.pass(ownershipTime + 1);
    await fixture.expectNothing(consumer);
    await fixture.expectNothing(await fixture.consumer());
  });

  scenario('restarts the count of a returned message', { ownershipTime }, async (fixture) => {
    await fixture.publish('held');
    const { second } = await takeOver(fixture);
    await reject(second);
    assert.equal((await fixture.receiveOne(await fixture.consumer())).deliveryCount, 1);
  });
}

/** One consumer receives the next message and disappears; another one takes the message over. */
async function takeOver(fixture: BrokerFixture): Promise<{ first: Delivery; second: Delivery }> {
  const vanishing = await fixture.consumer();
  const first = await fixture.receiveOne(vanishing);
  await vanishing.close();
  const taken = fixture.receiveOne(await fixture.consumer());
  await fixture.pass(ownershipTime + 1);
  return { first, second: await taken };
}
