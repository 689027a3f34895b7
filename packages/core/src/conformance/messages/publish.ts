import assert from 'node:assert/strict';
import type { Message } from '../../message/index.js';
import { UnsupportedError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { bucket, textOf, texts } from '../stage.js';

/** What goes in comes out, whole and in order. */
export function publishing(scenario: Scenario): void {
  scenario('delivers every field as it was published', async (stage) => {
    const published = stage.message('', {
      payload: Uint8Array.from({ length: 256 }, (_, byte) => byte),
      headers: { topic: 'act', 'x-gruß': 'žluťoučký 🐎 "quoted"\n', 'x-empty': '' },
      contentType: 'application/octet-stream',
      replyTo: 'replies',
    });
    await stage.broker.publish([published]);
    expectSame((await stage.receiveOne(await stage.consumer())).message, published);
  });

  scenario('delivers a message that has nothing but a channel', async (stage) => {
    const published = stage.message('', { headers: {} });
    await stage.broker.publish([published]);
    expectSame((await stage.receiveOne(await stage.consumer())).message, published);
  });

  scenario('has taken the message when it resolves: later changes to the headers do not reach it', async (stage) => {
    const headers = { topic: 'act' };
    await stage.broker.publish([stage.message('kept', { headers })]);
    headers.topic = 'changed';
    assert.equal((await stage.receiveOne(await stage.consumer())).message.headers['topic'], 'act');
  });

  scenario('delivers a batch in its order', async (stage) => {
    const batch = Array.from({ length: 100 }, (_, number) => `message ${number}`);
    await stage.publish(...batch);
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 100)), batch);
  });

  scenario('delivers in the order of publishing', async (stage) => {
    for (const text of ['first', 'second', 'third']) await stage.publish(text);
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 3)), ['first', 'second', 'third']);
  });

  scenario('takes an empty batch', async (stage) => {
    await stage.broker.publish([]);
  });

  scenario('publishes to several channels at once', async (stage) => {
    const elsewhere = stage.anotherChannel();
    await stage.broker.publish([stage.message('here'), stage.message('there', { channel: elsewhere })]);
    const there = await stage.receiveOne(await stage.consumer({ channels: [elsewhere] }));
    assert.equal(textOf(there), 'there');
    assert.equal(there.message.channel, elsewhere);
    assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'here');
    await ack(there);
  });

  scenario('stores and clears buckets in the same act', async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const [stored, cleared] = [bucket(), bucket()];
    await into.store([cleared]);
    const clears = [{ id: cleared.id, into }];
    await stage.broker.publish([stage.message('act', { buckets: [{ ...stored, into }], clears })]);
    assert.deepEqual(await into.get([stored.id, cleared.id]), [stored.body, undefined]);
  });

  scenario('neither publishes, stores nor clears where an id is taken', { needs: ['jobIds'] }, async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const [stored, kept] = [bucket(), bucket()];
    await into.store([kept]);
    await stage.broker.publish([stage.job('taken')]);
    const batch = [
      { ...stage.job('free'), buckets: [{ ...stored, into }], clears: [{ id: kept.id, into }] },
      stage.job('taken'),
    ];
    await assert.rejects(stage.broker.publish(batch));
    assert.deepEqual(await into.get([stored.id, kept.id]), [undefined, kept.body]);
  });

  scenario('refuses writes into a bucket broker that was not joined, and publishes nothing', async (stage) => {
    const into = await stage.unjoinedBuckets();
    if (!into) return;
    const message = stage.message('act', { buckets: [{ ...bucket(), into }] });
    await assert.rejects(stage.broker.publish([message]), UnsupportedError);
    await stage.expectNothing(await stage.consumer());
  });
}

function expectSame(actual: Message, expected: Message): void {
  assert.deepEqual(Buffer.from(actual.payload), Buffer.from(expected.payload));
  assert.deepEqual({ ...actual.headers }, { ...expected.headers });
  assert.equal(actual.channel, expected.channel);
  assert.equal(actual.contentType, expected.contentType);
  assert.equal(actual.replyTo, expected.replyTo);
}
