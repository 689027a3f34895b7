import assert from 'node:assert/strict';
import type { Message } from '../../message/index.js';
import { UnsupportedError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { bucket, textOf, texts } from '../fixture.js';

/** Published messages arrive complete and in order. */
export function publishing(scenario: Scenario): void {
  scenario('delivers every field as it was published', async (fixture) => {
    const published = fixture.message('', {
      payload: Uint8Array.from({ length: 256 }, (_, byte) => byte),
      headers: { topic: 'act', 'x-gruß': 'žluťoučký 🐎 "quoted"\n', 'x-empty': '' },
      contentType: 'application/octet-stream',
      replyTo: 'replies',
    });
    await fixture.broker.publish([published]);
    expectSame((await fixture.receiveOne(await fixture.consumer())).message, published);
  });

  scenario('delivers a message that has only a channel', async (fixture) => {
    const published = fixture.message('', { headers: {} });
    await fixture.broker.publish([published]);
    expectSame((await fixture.receiveOne(await fixture.consumer())).message, published);
  });

  scenario('copies the message: later changes to the headers have no effect', async (fixture) => {
    const headers = { topic: 'act' };
    await fixture.broker.publish([fixture.message('kept', { headers })]);
    headers.topic = 'changed';
    assert.equal((await fixture.receiveOne(await fixture.consumer())).message.headers['topic'], 'act');
  });

  scenario('delivers a batch in its order', async (fixture) => {
    const batch = Array.from({ length: 100 }, (_, number) => `message ${number}`);
    await fixture.publish(...batch);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 100)), batch);
  });

  scenario('delivers in the order of publishing', async (fixture) => {
    for (const text of ['first', 'second', 'third']) await fixture.publish(text);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 3)), ['first', 'second', 'third']);
  });

  scenario('accepts an empty batch', async (fixture) => {
    await fixture.broker.publish([]);
  });

  scenario('publishes to several channels at once', async (fixture) => {
    const elsewhere = fixture.anotherChannel();
    await fixture.broker.publish([fixture.message('here'), fixture.message('there', { channel: elsewhere })]);
    const there = await fixture.receiveOne(await fixture.consumer({ channels: [elsewhere] }));
    assert.equal(textOf(there), 'there');
    assert.equal(there.message.channel, elsewhere);
    assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'here');
    await ack(there);
  });

  scenario('stores and clears buckets in the same transaction', async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const [stored, cleared] = [bucket(), bucket()];
    await into.store([cleared]);
    const clears = [{ id: cleared.id, into }];
    await fixture.broker.publish([fixture.message('act', { buckets: [{ ...stored, into }], clears })]);
    assert.deepEqual(await into.get([stored.id, cleared.id]), [stored.body, undefined]);
  });

  scenario('neither publishes, stores nor clears if an id is taken', { needs: ['jobIds'] }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    const [stored, kept] = [bucket(), bucket()];
    await into.store([kept]);
    await fixture.broker.publish([fixture.job('taken')]);
    const batch = [
      { ...fixture.job('free'), buckets: [{ ...stored, into }], clears: [{ id: kept.id, into }] },
      fixture.job('taken'),
    ];
    await assert.rejects(fixture.broker.publish(batch));
    assert.deepEqual(await into.get([stored.id, kept.id]), [undefined, kept.body]);
  });

  scenario('refuses writes to a separate bucket broker, and publishes nothing', async (fixture) => {
    const into = await fixture.separateBuckets();
    if (!into) return;
    const message = fixture.message('act', { buckets: [{ ...bucket(), into }] });
    await assert.rejects(fixture.broker.publish([message]), UnsupportedError);
    await fixture.expectNothing(await fixture.consumer());
  });
}

function expectSame(actual: Message, expected: Message): void {
  assert.deepEqual(Buffer.from(actual.payload), Buffer.from(expected.payload));
  assert.deepEqual({ ...actual.headers }, { ...expected.headers });
  assert.equal(actual.channel, expected.channel);
  assert.equal(actual.contentType, expected.contentType);
  assert.equal(actual.replyTo, expected.replyTo);
}
