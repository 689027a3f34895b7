import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reasonOf, reject, retry } from '../settlements.js';
import { bucket, textOf, texts } from '../fixture.js';

/** Each outcome, and that exactly one settlement wins. */
export function settling(scenario: Scenario): void {
  scenario('removes an acknowledged message', async (fixture) => {
    await fixture.publish('done', 'next');
    const consumer = await fixture.consumer();
    await ack(await fixture.receiveOne(consumer));
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'next');
    await fixture.expectNothing(consumer);
  });

  scenario(
    'returns a rejected message to the end of the channel, with its new headers and its count reset',
    async (fixture) => {
      await fixture.publish('back', 'next');
      const consumer = await fixture.consumer();
      await reject(await fixture.receiveOne(consumer), { 'x-try': '1' });
      const received = await fixture.receive(consumer, 2);
      assert.deepEqual(texts(received), ['next', 'back']);
      assert.equal(received[1]!.message.headers['x-try'], '1');
      assert.equal(received[1]!.deliveryCount, 1);
    },
  );

  scenario('wakes a waiting receive with a rejected message', async (fixture) => {
    await fixture.publish('back');
    const delivery = await fixture.receiveOne(await fixture.consumer());
    const received = fixture.receiveOne(await fixture.consumer());
    await reject(delivery);
    assert.equal(textOf(await received), 'back');
  });

  scenario(
    'delivers a retry after its delay, with its new headers and its count reset',
    { needs: ['delay'] },
    async (fixture) => {
      await fixture.publish('again');
      const consumer = await fixture.consumer();
      const delivery = await fixture.receiveOne(consumer);
      const dueAt = fixture.broker.clock.now() + 400;
      await retry(delivery, 400, { 'x-try': '1' });
      const { message, deliveryCount } = await fixture.receiveNotBefore(dueAt, consumer);
      assert.equal(message.headers['x-try'], '1');
      assert.equal(deliveryCount, 1);
    },
  );

  scenario('delivers a retry without a delay immediately', { needs: ['delay'] }, async (fixture) => {
    await fixture.publish('again');
    const consumer = await fixture.consumer();
    await retry(await fixture.receiveOne(consumer), 0);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'again');
  });

  scenario('moves a nacked message to the dead letters', { needs: ['deadLetters'] }, async (fixture) => {
    await fixture.publish('broken');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    const headers = { ...delivery.message.headers, 'x-reset': 'yes' };
    await delivery.settle({ outcome: { type: 'nack', headers, reason: reasonOf('no good') } });
    await fixture.expectNothing(consumer);
    const [letter] = await fixture.broker.channels.deadLetters(fixture.channel, 10);
    assert.equal(textOf(letter!), 'broken');
    assert.deepEqual({ ...letter!.message.headers }, headers);
    assert.deepEqual(letter!.reason, reasonOf('no good'));
  });

  scenario('stores the bucket of the settlement, whatever the outcome', async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    await fixture.publish('ack', 'nack');
    const [first, second] = await fixture.receive(await fixture.consumer(), 2);
    const [good, bad] = [bucket(), bucket({ success: false })];
    await ack(first!, { bucket: { ...good, into } });
    await nack(second!, 'broken', { bucket: { ...bad, into } });
    assert.deepEqual(await into.get([good.id, bad.id]), [good.body, bad.body]);
  });

  scenario('refuses a second settlement, and commits nothing of it', async (fixture) => {
    const into = await fixture.transactionalBuckets();
    await fixture.publish('once');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await ack(delivery);
    const late = bucket();
    const rest = { publish: [fixture.message('never')], ...(into && { bucket: { ...late, into } }) };
    await assert.rejects(ack(delivery, rest), LostOwnershipError);
    await assert.rejects(reject(delivery), LostOwnershipError);
    await fixture.expectNothing(consumer);
    if (into) assert.deepEqual(await into.get([late.id]), [undefined]);
  });

  scenario('lets exactly one of two concurrent settlements win', { needs: ['atomicSettlement'] }, async (fixture) => {
    await fixture.publish('contested');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    const settle = (text: string) => ack(delivery, { publish: [fixture.message(text)] }).then(() => text);
    const settled = await Promise.allSettled([settle('one'), settle('other')]);
    const winners = settled.filter((result) => result.status === 'fulfilled').map((result) => result.value);
    assert.equal(winners.length, 1);
    assert.equal(textOf(await fixture.receiveOne(consumer)), winners[0]);
    await fixture.expectNothing(consumer);
  });

  scenario('settles many concurrently, even if one of them is lost', async (fixture) => {
    await fixture.publish(...Array.from({ length: 50 }, (_, number) => `${number}`));
    const consumer = await fixture.consumer();
    const deliveries = await fixture.receive(consumer, 50);
    await ack(deliveries[25]!);
    const outcomes = await Promise.allSettled(deliveries.map((delivery) => ack(delivery)));
    const lost = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
    assert.deepEqual(lost, [25]);
    await fixture.expectNothing(consumer);
  });

  scenario('settles in any order', async (fixture) => {
    await fixture.publish('a', 'b', 'c');
    const consumer = await fixture.consumer();
    const deliveries = await fixture.receive(consumer, 3);
    for (const delivery of deliveries.toReversed()) await ack(delivery);
    await fixture.expectNothing(consumer);
  });
}
