import assert from 'node:assert/strict';
import type { DeadLetter } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { nack } from '../settlements.js';
import { type BrokerFixture, textOf, texts } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['deadLetters'] as const;

/** Dead letters can be inspected and replayed. */
export function deadLetters(scenario: Scenario): void {
  scenario('has none at first', { needs }, async (fixture) => {
    assert.deepEqual(await lettersOf(fixture), []);
    assert.deepEqual(await fixture.broker.channels.replayDeadLetters(fixture.channel), { replayed: 0, letters: [] });
    assert.equal(await fixture.broker.channels.deleteDeadLetters(fixture.channel, ['no-such-letter']), 0);
  });

  scenario('lists the oldest first, up to the limit', { needs }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b', 'c');
    assert.deepEqual(texts(await fixture.broker.channels.deadLetters(fixture.channel, 2)), ['a', 'b']);
  });

  scenario('keeps the whole message', { needs }, async (fixture) => {
    const more = { contentType: 'text/plain', replyTo: 'replies', headers: { topic: 'act', 'x-own': 'ø' } };
    await fixture.broker.publish([fixture.message('whole', more)]);
    await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
    const { message } = (await lettersOf(fixture))[0]!;
    const { channel, contentType, replyTo, headers } = message;
    assert.deepEqual({ channel, contentType, replyTo, headers: { ...headers } }, { channel: fixture.channel, ...more });
  });

  scenario('replays all, oldest first, with the headers of the dead letters', { needs }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b');
    assert.equal((await fixture.broker.channels.replayDeadLetters(fixture.channel)).replayed, 2);
    const replayed = await fixture.receive(await fixture.consumer(), 2);
    assert.deepEqual(texts(replayed), ['a', 'b']);
    assert.equal(replayed[0]!.message.headers['topic'], 'act');
    assert.equal(replayed[0]!.deliveryCount, 1);
    assert.deepEqual(await lettersOf(fixture), []);
  });

  scenario('wakes a waiting receive with a replayed message', { needs }, async (fixture) => {
    await deadLetter(fixture, 'back');
    const received = fixture.receiveOne(await fixture.consumer());
    await fixture.broker.channels.replayDeadLetters(fixture.channel);
    assert.equal(textOf(await received), 'back');
  });

  scenario('replays only the given ids', { needs }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b', 'c');
    const ids = [(await lettersOf(fixture))[1]!.id, 'no-such-letter'];
    assert.equal((await fixture.broker.channels.replayDeadLetters(fixture.channel, { ids })).replayed, 1);
    assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'b');
    assert.deepEqual(texts(await lettersOf(fixture)), ['a', 'c']);
  });

  scenario('replays no more than the limit', { needs }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b', 'c');
    assert.equal((await fixture.broker.channels.replayDeadLetters(fixture.channel, { limit: 2 })).replayed, 2);
    assert.deepEqual(texts(await lettersOf(fixture)), ['c']);
  });

  scenario('keeps the priority of a replayed message', { needs: ['deadLetters', 'priority'] }, async (fixture) => {
    await fixture.broker.publish([fixture.message('urgent', { priority: 'high' })]);
    const consumer = await fixture.consumer();
    await nack(await fixture.receiveOne(consumer), 'broken');
    await fixture.broker.channels.replayDeadLetters(fixture.channel);
    assert.equal((await fixture.receiveOne(consumer)).priority, 'high');
  });

  scenario('allows a replayed message to be dead-lettered again', { needs }, async (fixture) => {
    await deadLetter(fixture, 'hopeless');
    await fixture.broker.channels.replayDeadLetters(fixture.channel);
    await nack(await fixture.receiveOne(await fixture.consumer()), 'again');
    assert.deepEqual(
      (await lettersOf(fixture)).map(({ reason }) => reason.message),
      ['again'],
    );
  });

  scenario('deletes only the given ids, and counts them', { needs }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b', 'c');
    const [a, b] = await lettersOf(fixture);
    const { channels } = fixture.broker;
    assert.equal(await channels.deleteDeadLetters(fixture.channel, [b!.id, 'no-such-letter', a!.id]), 2);
    assert.equal(await channels.deleteDeadLetters(fixture.channel, [a!.id]), 0);
    assert.deepEqual(texts(await lettersOf(fixture)), ['c']);
  });

  scenario('keeps at most the maximum number, the latest', { needs, deadLetters: { maxCount: 3 } }, async (fixture) => {
    await deadLetter(fixture, 'a', 'b', 'c', 'd', 'e');
    await until(async () => (await lettersOf(fixture)).length === 3, 'the oldest to go');
    assert.deepEqual(texts(await lettersOf(fixture)), ['c', 'd', 'e']);
  });

  scenario('keeps none beyond the maximum age', { needs, deadLetters: { maxAge: 300 } }, async (fixture) => {
    await deadLetter(fixture, 'old');
    assert.deepEqual(texts(await lettersOf(fixture)), ['old']);
    await fixture.pass(301);
    await deadLetter(fixture, 'new');
    await until(async () => (await lettersOf(fixture)).length === 1, 'the old one to go');
    assert.deepEqual(texts(await lettersOf(fixture)), ['new']);
  });
}

/** Publishes the texts and dead-letters them, one after the other. */
async function deadLetter(fixture: BrokerFixture, ...messages: string[]): Promise<void> {
  await fixture.publish(...messages);
  const consumer = await fixture.consumer();
  for (const delivery of await fixture.receive(consumer, messages.length)) await nack(delivery, 'broken');
  await consumer.close();
}

function lettersOf(fixture: BrokerFixture): Promise<readonly DeadLetter[]> {
  return fixture.broker.channels.deadLetters(fixture.channel, 100);
}
