import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { type BrokerFixture, textOf, texts } from '../fixture.js';

const needs = ['delay'] as const;

/** Long enough to check the message before it is due, in milliseconds. */
const A_WHILE = 600;

/** Long enough to publish a thousand messages, in milliseconds. */
const LONG_ENOUGH = 3_000;

/** Delayed messages are never early, and arrive in the order of their due times. */
export function delays(scenario: Scenario): void {
  scenario('delivers no sooner than dueAt', { needs }, async (fixture) => {
    const dueAt = fixture.broker.clock.now() + A_WHILE;
    await fixture.broker.publish([fixture.message('later', { dueAt })]);
    await fixture.receiveNotBefore(dueAt, await fixture.consumer());
  });

  scenario('delivers no sooner than after the delay', { needs }, async (fixture) => {
    const dueAt = fixture.broker.clock.now() + A_WHILE;
    await fixture.broker.publish([fixture.message('later', { delay: A_WHILE })]);
    await fixture.receiveNotBefore(dueAt, await fixture.consumer());
  });

  scenario('prefers dueAt over delay', { needs }, async (fixture) => {
    const dueAt = fixture.broker.clock.now() - 1;
    await fixture.broker.publish([fixture.message('now', { dueAt, delay: 3_600_000 })]);
    await fixture.receiveOne(await fixture.consumer());
  });

  scenario('delivers a message that was due in the past immediately', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.message('due', { dueAt: fixture.broker.clock.now() - 60_000 })]);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 1)), ['due']);
  });

  scenario('delivers in the order of due times, not of publishing', { needs }, async (fixture) => {
    const now = fixture.broker.clock.now();
    const dueIn = (delay: number) => fixture.message(`in ${delay}`, { dueAt: now + delay });
    await fixture.broker.publish([dueIn(300), dueIn(100), dueIn(200)]);
    await fixture.pass(A_WHILE);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 3)), ['in 100', 'in 200', 'in 300']);
  });

  scenario('keeps the order of publishing within one millisecond', { needs: ['delay', 'jobIds'] }, async (fixture) => {
    const dueAt = fixture.broker.clock.now() + LONG_ENOUGH;
    // The order of names differs from the order of publishing, and the call has more than a thousand.
    const names = Array.from({ length: 1_210 }, (_, number) => `${(number * 7_919) % 1_210}`);
    const jobs = names.map((name) => fixture.job(name, { dueAt }));
    await fixture.broker.publish(jobs.slice(0, 1_205));
    for (const job of jobs.slice(1_205)) await fixture.broker.publish([job]);
    assert.ok(fixture.broker.clock.now() < dueAt, 'published before it is due');
    await fixture.pass(LONG_ENOUGH);
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), names.length)), names);
  });

  scenario('wakes a waiting receive for a message that is due earlier', { needs }, async (fixture) => {
    const consumer = await fixture.consumer();
    await fixture.broker.publish([fixture.message('tomorrow', { delay: 86_400_000 })]);
    const received = fixture.receiveOne(consumer);
    await fixture.broker.publish([fixture.message('soon', { delay: A_WHILE })]);
    await fixture.pass(A_WHILE);
    assert.equal(textOf(await received), 'soon');
  });

  scenario('delivers other messages before a delayed one', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.message('tomorrow', { delay: 86_400_000 }), fixture.message('today')]);
    const consumer = await fixture.consumer();
    await ack(await fixture.receiveOne(consumer));
    await fixture.expectNothing(consumer);
  });

  scenario('distinguishes delayed from queued messages', { needs: ['delay', 'administration'] }, async (fixture) => {
    await fixture.broker.publish([fixture.message('later', { delay: A_WHILE })]);
    assert.deepEqual(await countsOf(fixture), { delayed: 1, queued: 0 });
    await fixture.pass(A_WHILE);
    await fixture.receiveOne(await fixture.consumer());
    assert.deepEqual(await countsOf(fixture), { delayed: 0, queued: 0 });
  });
}

async function countsOf(fixture: BrokerFixture): Promise<{ delayed: number; queued: number }> {
  const { delayed, queued } = await fixture.broker.channels.stats(fixture.channel);
  return { delayed, queued };
}
