import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { textOf } from '../stage.js';

const needs = ['administration'] as const;

/** A paused channel takes, and gives nothing. */
export function pausing(scenario: Scenario): void {
  scenario('gives nothing while paused, and goes on when resumed', { needs }, async (stage) => {
    await stage.broker.channels.pause(stage.channel);
    await stage.publish('held back');
    const consumer = await stage.consumer();
    await stage.expectNothing(consumer);
    await stage.broker.channels.resume(stage.channel);
    assert.equal(textOf(await stage.receiveOne(consumer)), 'held back');
  });

  scenario('gives nothing to a receive that waits while it is paused', { needs }, async (stage) => {
    const received = stage.receiveOne(await stage.consumer());
    await stage.broker.channels.pause(stage.channel);
    await stage.publish('held back');
    const { queued, running } = await stage.broker.channels.stats(stage.channel);
    assert.deepEqual({ queued, running }, { queued: 1, running: 0 });
    await stage.broker.channels.resume(stage.channel);
    assert.equal(textOf(await received), 'held back');
  });

  scenario('can still be woken while paused', { needs }, async (stage) => {
    await stage.broker.channels.pause(stage.channel);
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    consumer.wake();
    assert.deepEqual(await received, []);
  });

  scenario('lets what is in hand be settled, and followers be published', { needs }, async (stage) => {
    await stage.publish('in hand');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await stage.broker.channels.pause(stage.channel);
    await ack(delivery, { publish: [stage.message('follower')] });
    await stage.expectNothing(consumer);
    await stage.broker.channels.resume(stage.channel);
    assert.equal(textOf(await stage.receiveOne(consumer)), 'follower');
  });

  scenario('says that it is paused, until it is resumed', { needs }, async (stage) => {
    const paused = async () => (await stage.broker.channels.stats(stage.channel)).paused;
    await stage.broker.channels.pause(stage.channel);
    await stage.broker.channels.pause(stage.channel);
    assert.equal(await paused(), true);
    await stage.broker.channels.resume(stage.channel);
    await stage.broker.channels.resume(stage.channel);
    assert.equal(await paused(), false);
  });
}
