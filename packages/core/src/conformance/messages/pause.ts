import assert from 'node:assert/strict';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Consumer } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reject } from '../settlements.js';
import { type BrokerFixture, textOf } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['administration'] as const;

/** A paused channel accepts messages and delivers none. */
export function pausing(scenario: Scenario): void {
  scenario('delivers nothing while paused, and continues when resumed', { needs }, async (fixture) => {
    await fixture.broker.channels.pause(fixture.channel);
    await fixture.publish('held back');
    const consumer = await fixture.consumer();
    await fixture.expectNothing(consumer);
    await fixture.broker.channels.resume(fixture.channel);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'held back');
  });

  scenario('delivers nothing to a receive that waits while paused', { needs }, async (fixture) => {
    const received = fixture.receiveOne(await fixture.consumer());
    await fixture.broker.channels.pause(fixture.channel);
    await fixture.publish('held back');
    const { queued, running } = await fixture.broker.channels.stats(fixture.channel);
    assert.deepEqual({ queued, running }, { queued: 1, running: 0 });
    await fixture.broker.channels.resume(fixture.channel);
    assert.equal(textOf(await received), 'held back');
  });

  scenario('can still be woken while paused', { needs }, async (fixture) => {
    await fixture.broker.channels.pause(fixture.channel);
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    consumer.wake();
    assert.deepEqual(await received, []);
  });

  scenario('allows settlements of deliveries in flight, and their followers', { needs }, async (fixture) => {
    await fixture.publish('in flight');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await fixture.broker.channels.pause(fixture.channel);
    await ack(delivery, { publish: [fixture.message('follower')] });
    await fixture.expectNothing(consumer);
    await fixture.broker.channels.resume(fixture.channel);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'follower');
  });

  scenario('reports to consumers which of their channels are paused', { needs }, async (fixture) => {
    const other = fixture.anotherChannel();
    const consumer = await fixture.consumer({ channels: [fixture.channel, other] });
    const paused = () => [consumer.isPaused(fixture.channel), consumer.isPaused(other)];
    assert.deepEqual(paused(), [false, false]);
    await fixture.broker.channels.pause(fixture.channel);
    assert.deepEqual(paused(), [true, false]);
    await fixture.broker.channels.resume(fixture.channel);
    await until(() => !consumer.isPaused(fixture.channel), 'the consumer to learn that the channel is resumed');
  });

  scenario('reports a paused channel to a new consumer', { needs }, async (fixture) => {
    await fixture.broker.channels.pause(fixture.channel);
    assert.equal((await fixture.consumer()).isPaused(fixture.channel), true);
  });

  scenario('starts no job after pause() has resolved, however many are queued', { needs }, async (fixture) => {
    const crew = new Crew(fixture);
    for (let worker = 0; worker < 5; worker += 1) await crew.hire();
    const sent = Array.from({ length: 300 }, (_, number) => `${number}`);
    await fixture.publish(...sent.slice(0, 100));
    await until(() => crew.begun.length > 0, 'work to begin');
    await fixture.broker.channels.pause(fixture.channel);
    const { length } = crew.begun;
    for (let start = 100; start < 300; start += 50) await fixture.publish(...sent.slice(start, start + 50));
    await fixture.pass(100);
    assert.equal(crew.begun.length, length, 'jobs begun while paused');
    await fixture.broker.channels.resume(fixture.channel);
    await until(() => crew.begun.length >= sent.length, 'all work to be done');
    assert.deepEqual(crew.begun.toSorted(), sent.toSorted());
    await crew.dismiss();
  });

  scenario('stays paused over a reconnect', { needs }, async (fixture) => {
    await fixture.broker.channels.pause(fixture.channel);
    await fixture.broker.disconnect();
    await fixture.broker.connect();
    await fixture.publish('held back');
    const consumer = await fixture.consumer();
    assert.equal(consumer.isPaused(fixture.channel), true);
    await fixture.expectNothing(consumer);
  });

  scenario('does not affect other channels', { needs }, async (fixture) => {
    const other = fixture.anotherChannel();
    const consumer = await fixture.consumer({ channels: [fixture.channel, other] });
    await fixture.broker.channels.pause(fixture.channel);
    await fixture.broker.publish([fixture.message('held back'), fixture.message('passes', { channel: other })]);
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'passes');
    await fixture.expectNothing(consumer);
  });

  scenario('reports in its stats that the channel is paused', { needs }, async (fixture) => {
    const paused = async () => (await fixture.broker.channels.stats(fixture.channel)).paused;
    await fixture.broker.channels.pause(fixture.channel);
    await fixture.broker.channels.pause(fixture.channel);
    assert.equal(await paused(), true);
    await fixture.broker.channels.resume(fixture.channel);
    await fixture.broker.channels.resume(fixture.channel);
    assert.equal(await paused(), false);
  });
}

/**
 * Consumers that behave like workers: before they start a message they check whether its channel is paused, and then
 * return it.
 */
class Crew {
  /** The messages that were started. */
  readonly begun: string[] = [];
  readonly #consumers: Consumer[] = [];
  readonly #work: Promise<void>[] = [];

  constructor(private readonly fixture: BrokerFixture) {}

  async hire(): Promise<void> {
    const consumer = await this.fixture.consumer();
    this.#consumers.push(consumer);
    this.#work.push(this.#workUntilClosed(consumer));
  }

  async dismiss(): Promise<void> {
    for (const consumer of this.#consumers) await consumer.close();
    await Promise.all(this.#work);
  }

  async #workUntilClosed(consumer: Consumer): Promise<void> {
    for (;;) {
      const deliveries = await consumer.receive(3, { wait: true });
      if (deliveries.length === 0) return;
      for (const delivery of deliveries) {
        if (consumer.isPaused(this.fixture.channel)) {
          await reject(delivery);
          await turnOfTheLoop(); // A broker that delivers it again immediately would keep the event loop busy.
          continue;
        }
        this.begun.push(textOf(delivery));
        await ack(delivery);
      }
    }
  }
}
