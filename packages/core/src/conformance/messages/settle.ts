import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reasonOf, reject, retry } from '../settlements.js';
import { bucket, textOf, texts } from '../stage.js';

/** Each outcome, and that exactly one settlement wins. */
export function settling(scenario: Scenario): void {
  scenario('removes what is acknowledged', async (stage) => {
    await stage.publish('done', 'next');
    const consumer = await stage.consumer();
    await ack(await stage.receiveOne(consumer));
    assert.equal(textOf(await stage.receiveOne(consumer)), 'next');
    await stage.expectNothing(consumer);
  });

  scenario('puts what is rejected at the end of the channel, with its new headers, counted anew', async (stage) => {
    await stage.publish('back', 'next');
    const consumer = await stage.consumer();
    await reject(await stage.receiveOne(consumer), { 'x-try': '1' });
    const received = await stage.receive(consumer, 2);
    assert.deepEqual(texts(received), ['next', 'back']);
    assert.equal(received[1]!.message.headers['x-try'], '1');
    assert.equal(received[1]!.deliveryCount, 1);
  });

  scenario('wakes a waiting receive with what is rejected', async (stage) => {
    await stage.publish('back');
    const delivery = await stage.receiveOne(await stage.consumer());
    const received = stage.receiveOne(await stage.consumer());
    await reject(delivery);
    assert.equal(textOf(await received), 'back');
  });

  scenario(
    'delivers a retry when its delay has passed, with its new headers, counted anew',
    { needs: ['delay'] },
    async (stage) => {
      await stage.publish('again');
      const consumer = await stage.consumer();
      const delivery = await stage.receiveOne(consumer);
      const dueAt = stage.broker.clock.now() + 400;
      await retry(delivery, 400, { 'x-try': '1' });
      const { message, deliveryCount } = await stage.receiveNotBefore(dueAt, consumer);
      assert.equal(message.headers['x-try'], '1');
      assert.equal(deliveryCount, 1);
    },
  );

  scenario('delivers a retry without a delay at once', { needs: ['delay'] }, async (stage) => {
    await stage.publish('again');
    const consumer = await stage.consumer();
    await retry(await stage.receiveOne(consumer), 0);
    assert.equal(textOf(await stage.receiveOne(consumer)), 'again');
  });

  scenario('moves what is given up to the dead letters', { needs: ['deadLetters'] }, async (stage) => {
    await stage.publish('spoilt');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    const headers = { ...delivery.message.headers, 'x-reset': 'yes' };
    await delivery.settle({ outcome: { type: 'nack', headers, reason: reasonOf('no good') } });
    await stage.expectNothing(consumer);
    const [letter] = await stage.broker.channels.deadLetters(stage.channel, 10);
    assert.equal(textOf(letter!), 'spoilt');
    assert.deepEqual({ ...letter!.message.headers }, headers);
    assert.deepEqual(letter!.reason, reasonOf('no good'));
  });

  scenario('stores the bucket that rides along, whatever the outcome', async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    await stage.publish('ack', 'nack');
    const [first, second] = await stage.receive(await stage.consumer(), 2);
    const [good, bad] = [bucket(), bucket({ success: false })];
    await ack(first!, { bucket: { ...good, into } });
    await nack(second!, 'spoilt', { bucket: { ...bad, into } });
    assert.deepEqual(await into.get([good.id, bad.id]), [good.body, bad.body]);
  });

  scenario('refuses a second settlement, and commits nothing of it', async (stage) => {
    const into = await stage.joinedBuckets();
    await stage.publish('once');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await ack(delivery);
    const late = bucket();
    const rest = { publish: [stage.message('never')], ...(into && { bucket: { ...late, into } }) };
    await assert.rejects(ack(delivery, rest), LostOwnershipError);
    await assert.rejects(reject(delivery), LostOwnershipError);
    await stage.expectNothing(consumer);
    if (into) assert.deepEqual(await into.get([late.id]), [undefined]);
  });

  scenario(
    'lets exactly one of two settlements win that are made at once',
    { needs: ['atomicSettlement'] },
    async (stage) => {
      await stage.publish('contested');
      const consumer = await stage.consumer();
      const delivery = await stage.receiveOne(consumer);
      const settle = (text: string) => ack(delivery, { publish: [stage.message(text)] }).then(() => text);
      const settled = await Promise.allSettled([settle('one'), settle('other')]);
      const winners = settled.filter((result) => result.status === 'fulfilled').map((result) => result.value);
      assert.equal(winners.length, 1);
      assert.equal(textOf(await stage.receiveOne(consumer)), winners[0]);
      await stage.expectNothing(consumer);
    },
  );

  scenario('settles many at once, and a lost one among them does not hurt the others', async (stage) => {
    await stage.publish(...Array.from({ length: 50 }, (_, number) => `${number}`));
    const consumer = await stage.consumer();
    const deliveries = await stage.receive(consumer, 50);
    await ack(deliveries[25]!);
    const outcomes = await Promise.allSettled(deliveries.map((delivery) => ack(delivery)));
    const lost = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
    assert.deepEqual(lost, [25]);
    await stage.expectNothing(consumer);
  });

  scenario('settles in any order', async (stage) => {
    await stage.publish('a', 'b', 'c');
    const consumer = await stage.consumer();
    const deliveries = await stage.receive(consumer, 3);
    for (const delivery of deliveries.toReversed()) await ack(delivery);
    await stage.expectNothing(consumer);
  });
}
