import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { bucket, textOf, texts } from '../fixture.js';

/** Messages that a settlement publishes. */
export function followers(scenario: Scenario): void {
  scenario('publishes followers in order, whatever the outcome', async (fixture) => {
    await fixture.publish('ack', 'nack');
    const consumer = await fixture.consumer();
    const [first, second] = await fixture.receive(consumer, 2);
    await ack(first!, { publish: [fixture.message('a'), fixture.message('b')] });
    await nack(second!, 'broken', { publish: [fixture.message('c')] });
    assert.deepEqual(texts(await fixture.receive(consumer, 3)), ['a', 'b', 'c']);
  });

  scenario('publishes followers to other channels', async (fixture) => {
    const elsewhere = fixture.anotherChannel();
    const consumer = await fixture.consumer({ channels: [elsewhere] });
    const received = fixture.receiveOne(consumer);
    await fixture.publish('first');
    const first = await fixture.receiveOne(await fixture.consumer());
    await ack(first, { publish: [fixture.message('there', { channel: elsewhere })] });
    const follower = await received;
    assert.equal(textOf(follower), 'there');
    await ack(follower);
  });

  scenario('delays followers', { needs: ['delay'] }, async (fixture) => {
    await fixture.publish('first');
    const consumer = await fixture.consumer();
    const first = await fixture.receiveOne(consumer);
    const dueAt = fixture.broker.clock.now() + 400;
    await ack(first, { publish: [fixture.message('later', { delay: 400 })] });
    assert.equal(textOf(await fixture.receiveNotBefore(dueAt, consumer)), 'later');
  });

  scenario('has stored the result when a follower is delivered', async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const consumer = await fixture.consumer();
    const result = bucket();
    await fixture.publish('first');
    const first = await fixture.receiveOne(consumer);
    const follower = fixture.receiveOne(consumer);
    await ack(first, { bucket: { ...result, into }, publish: [fixture.message('second')] });
    await follower;
    assert.deepEqual(await into.get([result.id]), [result.body]);
  });

  scenario('stores and clears the buckets of followers', async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const [brought, cleared] = [bucket(), bucket()];
    await into.store([cleared]);
    await fixture.publish('first');
    const follower = fixture.message('second', { buckets: [{ ...brought, into }], clears: [{ id: cleared.id, into }] });
    await ack(await fixture.receiveOne(await fixture.consumer()), { publish: [follower] });
    assert.deepEqual(await into.get([brought.id, cleared.id]), [brought.body, undefined]);
  });

  scenario('skips a follower whose id is taken, and publishes the others', { needs: ['jobIds'] }, async (fixture) => {
    await fixture.broker.publish([fixture.message('first'), fixture.job('taken')]);
    const consumer = await fixture.consumer();
    const [first, taken] = await fixture.receive(consumer, 2);
    await ack(first!, { publish: [fixture.job('taken', { payload: new Uint8Array() }), fixture.job('free')] });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'free');
    await ack(taken!);
    await fixture.expectNothing(consumer);
  });

  scenario('skips the second of two followers with the same id', { needs: ['jobIds'] }, async (fixture) => {
    await fixture.publish('first');
    const consumer = await fixture.consumer();
    const twice = [fixture.job('twice'), fixture.job('twice')];
    await ack(await fixture.receiveOne(consumer), { publish: twice });
    await fixture.receiveOne(consumer);
    await fixture.expectNothing(consumer);
  });

  scenario('accepts the id that ack frees', { needs: ['jobIds'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('again')]);
    const consumer = await fixture.consumer();
    await ack(await fixture.receiveOne(consumer), { publish: [fixture.job('again')] });
    assert.equal(await fixture.locationOf('again'), 'queued');
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'again');
  });

  scenario('accepts the id that nack frees', { needs: ['jobIds'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('again')]);
    const consumer = await fixture.consumer();
    await nack(await fixture.receiveOne(consumer), 'broken', { publish: [fixture.job('again')] });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'again');
  });

  scenario(
    'skips a follower with the id of a job that is returned to its channel',
    { needs: ['jobIds'] },
    async (fixture) => {
      await fixture.broker.publish([fixture.job('kept')]);
      const consumer = await fixture.consumer();
      await reject(await fixture.receiveOne(consumer), {}, { publish: [fixture.job('kept')] });
      await fixture.receiveOne(consumer);
      await fixture.expectNothing(consumer);
    },
  );

  scenario('skips a follower with the id of a job that is retried', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('kept')]);
    const consumer = await fixture.consumer();
    await retry(await fixture.receiveOne(consumer), 60_000, {}, { publish: [fixture.job('kept')] });
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('kept'), 'delayed');
  });
}
