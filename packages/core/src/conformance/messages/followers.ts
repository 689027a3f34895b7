import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { bucket, textOf, texts } from '../stage.js';

/** What a settlement publishes. */
export function followers(scenario: Scenario): void {
  scenario('publishes them, in their order, whatever the outcome', async (stage) => {
    await stage.publish('ack', 'nack');
    const consumer = await stage.consumer();
    const [first, second] = await stage.receive(consumer, 2);
    await ack(first!, { publish: [stage.message('a'), stage.message('b')] });
    await nack(second!, 'spoilt', { publish: [stage.message('c')] });
    assert.deepEqual(texts(await stage.receive(consumer, 3)), ['a', 'b', 'c']);
  });

  scenario('publishes them to other channels', async (stage) => {
    const elsewhere = stage.anotherChannel();
    const consumer = await stage.consumer({ channels: [elsewhere] });
    const received = stage.receiveOne(consumer);
    await stage.publish('first');
    const first = await stage.receiveOne(await stage.consumer());
    await ack(first, { publish: [stage.message('there', { channel: elsewhere })] });
    const follower = await received;
    assert.equal(textOf(follower), 'there');
    await ack(follower);
  });

  scenario('delays them', { needs: ['delay'] }, async (stage) => {
    await stage.publish('first');
    const consumer = await stage.consumer();
    const first = await stage.receiveOne(consumer);
    const dueAt = stage.broker.clock.now() + 400;
    await ack(first, { publish: [stage.message('later', { delay: 400 })] });
    assert.equal(textOf(await stage.receiveNotBefore(dueAt, consumer)), 'later');
  });

  scenario('has stored the result when a follower is delivered', async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const consumer = await stage.consumer();
    const result = bucket();
    await stage.publish('first');
    const first = await stage.receiveOne(consumer);
    const follower = stage.receiveOne(consumer);
    await ack(first, { bucket: { ...result, into }, publish: [stage.message('second')] });
    await follower;
    assert.deepEqual(await into.get([result.id]), [result.body]);
  });

  scenario('stores and clears the buckets that they bring', async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const [brought, cleared] = [bucket(), bucket()];
    await into.store([cleared]);
    await stage.publish('first');
    const follower = stage.message('second', { buckets: [{ ...brought, into }], clears: [{ id: cleared.id, into }] });
    await ack(await stage.receiveOne(await stage.consumer()), { publish: [follower] });
    assert.deepEqual(await into.get([brought.id, cleared.id]), [brought.body, undefined]);
  });

  scenario('leaves out one whose id is taken, and publishes the others', { needs: ['jobIds'] }, async (stage) => {
    await stage.broker.publish([stage.message('first'), stage.job('taken')]);
    const consumer = await stage.consumer();
    const [first, taken] = await stage.receive(consumer, 2);
    await ack(first!, { publish: [stage.job('taken', { payload: new Uint8Array() }), stage.job('free')] });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'free');
    await ack(taken!);
    await stage.expectNothing(consumer);
  });

  scenario('leaves out the second of two with the same id', { needs: ['jobIds'] }, async (stage) => {
    await stage.publish('first');
    const consumer = await stage.consumer();
    const twice = [stage.job('twice'), stage.job('twice')];
    await ack(await stage.receiveOne(consumer), { publish: twice });
    await stage.receiveOne(consumer);
    await stage.expectNothing(consumer);
  });

  scenario('may use the id again that ack frees', { needs: ['jobIds'] }, async (stage) => {
    await stage.broker.publish([stage.job('again')]);
    const consumer = await stage.consumer();
    await ack(await stage.receiveOne(consumer), { publish: [stage.job('again')] });
    assert.equal(await stage.locationOf('again'), 'queued');
    assert.equal(textOf(await stage.receiveOne(consumer)), 'again');
  });

  scenario('may use the id again that nack frees', { needs: ['jobIds'] }, async (stage) => {
    await stage.broker.publish([stage.job('again')]);
    const consumer = await stage.consumer();
    await nack(await stage.receiveOne(consumer), 'spoilt', { publish: [stage.job('again')] });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'again');
  });

  scenario(
    'leaves out one with the id of a job that goes back to its channel',
    { needs: ['jobIds'] },
    async (stage) => {
      await stage.broker.publish([stage.job('kept')]);
      const consumer = await stage.consumer();
      await reject(await stage.receiveOne(consumer), {}, { publish: [stage.job('kept')] });
      await stage.receiveOne(consumer);
      await stage.expectNothing(consumer);
    },
  );

  scenario(
    'leaves out one with the id of a job that is to be retried',
    { needs: ['jobIds', 'delay'] },
    async (stage) => {
      await stage.broker.publish([stage.job('kept')]);
      const consumer = await stage.consumer();
      await retry(await stage.receiveOne(consumer), 60_000, {}, { publish: [stage.job('kept')] });
      await stage.expectNothing(consumer);
      assert.equal(await stage.locationOf('kept'), 'delayed');
    },
  );
}
