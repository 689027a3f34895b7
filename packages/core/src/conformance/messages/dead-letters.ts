import assert from 'node:assert/strict';
import type { DeadLetter } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { nack } from '../settlements.js';
import { type Stage, textOf, texts } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['deadLetters'] as const;

/** What was given up can be looked at, and put back. */
export function deadLetters(scenario: Scenario): void {
  scenario('has none at first', { needs }, async (stage) => {
    assert.deepEqual(await lettersOf(stage), []);
    assert.deepEqual(await stage.broker.channels.replayDeadLetters(stage.channel), { replayed: 0, letters: [] });
    assert.equal(await stage.broker.channels.deleteDeadLetters(stage.channel, ['no-such-letter']), 0);
  });

  scenario('lists the oldest first, up to the limit', { needs }, async (stage) => {
    await giveUp(stage, 'a', 'b', 'c');
    assert.deepEqual(texts(await stage.broker.channels.deadLetters(stage.channel, 2)), ['a', 'b']);
  });

  scenario('keeps the message whole', { needs }, async (stage) => {
    const more = { contentType: 'text/plain', replyTo: 'replies', headers: { topic: 'act', 'x-own': 'ø' } };
    await stage.broker.publish([stage.message('whole', more)]);
    await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
    const { message } = (await lettersOf(stage))[0]!;
    const { channel, contentType, replyTo, headers } = message;
    assert.deepEqual({ channel, contentType, replyTo, headers: { ...headers } }, { channel: stage.channel, ...more });
  });

  scenario('puts all back, oldest first, with the headers that they were given up with', { needs }, async (stage) => {
    await giveUp(stage, 'a', 'b');
    assert.equal((await stage.broker.channels.replayDeadLetters(stage.channel)).replayed, 2);
    const replayed = await stage.receive(await stage.consumer(), 2);
    assert.deepEqual(texts(replayed), ['a', 'b']);
    assert.equal(replayed[0]!.message.headers['topic'], 'act');
    assert.equal(replayed[0]!.deliveryCount, 1);
    assert.deepEqual(await lettersOf(stage), []);
  });

  scenario('wakes a waiting receive with what is put back', { needs }, async (stage) => {
    await giveUp(stage, 'back');
    const received = stage.receiveOne(await stage.consumer());
    await stage.broker.channels.replayDeadLetters(stage.channel);
    assert.equal(textOf(await received), 'back');
  });

  scenario('puts back only those with the ids given', { needs }, async (stage) => {
    await giveUp(stage, 'a', 'b', 'c');
    const ids = [(await lettersOf(stage))[1]!.id, 'no-such-letter'];
    assert.equal((await stage.broker.channels.replayDeadLetters(stage.channel, { ids })).replayed, 1);
    assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'b');
    assert.deepEqual(texts(await lettersOf(stage)), ['a', 'c']);
  });

  scenario('puts back no more than the limit', { needs }, async (stage) => {
    await giveUp(stage, 'a', 'b', 'c');
    assert.equal((await stage.broker.channels.replayDeadLetters(stage.channel, { limit: 2 })).replayed, 2);
    assert.deepEqual(texts(await lettersOf(stage)), ['c']);
  });

  scenario('keeps the priority of what it puts back', { needs: ['deadLetters', 'priority'] }, async (stage) => {
    await stage.broker.publish([stage.message('urgent', { priority: 'high' })]);
    const consumer = await stage.consumer();
    await nack(await stage.receiveOne(consumer), 'spoilt');
    await stage.broker.channels.replayDeadLetters(stage.channel);
    assert.equal((await stage.receiveOne(consumer)).priority, 'high');
  });

  scenario('lets what is put back be given up again', { needs }, async (stage) => {
    await giveUp(stage, 'hopeless');
    await stage.broker.channels.replayDeadLetters(stage.channel);
    await nack(await stage.receiveOne(await stage.consumer()), 'again');
    assert.deepEqual(
      (await lettersOf(stage)).map(({ reason }) => reason.message),
      ['again'],
    );
  });

  scenario('deletes only those with the ids given, and counts them', { needs }, async (stage) => {
    await giveUp(stage, 'a', 'b', 'c');
    const [a, b] = await lettersOf(stage);
    const { channels } = stage.broker;
    assert.equal(await channels.deleteDeadLetters(stage.channel, [b!.id, 'no-such-letter', a!.id]), 2);
    assert.equal(await channels.deleteDeadLetters(stage.channel, [a!.id]), 0);
    assert.deepEqual(texts(await lettersOf(stage)), ['c']);
  });

  scenario('keeps no more than so many, the latest', { needs, deadLetters: { maxCount: 3 } }, async (stage) => {
    await giveUp(stage, 'a', 'b', 'c', 'd', 'e');
    await until(async () => (await lettersOf(stage)).length === 3, 'the oldest to go');
    assert.deepEqual(texts(await lettersOf(stage)), ['c', 'd', 'e']);
  });

  scenario('keeps none for longer than so long', { needs, deadLetters: { maxAge: 300 } }, async (stage) => {
    await giveUp(stage, 'old');
    assert.deepEqual(texts(await lettersOf(stage)), ['old']);
    await stage.pass(301);
    await giveUp(stage, 'new');
    await until(async () => (await lettersOf(stage)).length === 1, 'the old one to go');
    assert.deepEqual(texts(await lettersOf(stage)), ['new']);
  });
}

/** Publishes the texts and gives them up, one after the other. */
async function giveUp(stage: Stage, ...messages: string[]): Promise<void> {
  await stage.publish(...messages);
  const consumer = await stage.consumer();
  for (const delivery of await stage.receive(consumer, messages.length)) await nack(delivery, 'spoilt');
  await consumer.close();
}

function lettersOf(stage: Stage): Promise<readonly DeadLetter[]> {
  return stage.broker.channels.deadLetters(stage.channel, 100);
}
