import assert from 'node:assert/strict';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Consumer } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ack, reject } from '../settlements.js';
import { type Stage, textOf } from '../stage.js';
import { until } from '../waiting.js';

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

  scenario('tells consumers which of their channels are paused', { needs }, async (stage) => {
    const other = stage.anotherChannel();
    const consumer = await stage.consumer({ channels: [stage.channel, other] });
    const paused = () => [consumer.isPaused(stage.channel), consumer.isPaused(other)];
    assert.deepEqual(paused(), [false, false]);
    await stage.broker.channels.pause(stage.channel);
    assert.deepEqual(paused(), [true, false]);
    await stage.broker.channels.resume(stage.channel);
    await until(() => !consumer.isPaused(stage.channel), 'the consumer to learn that it goes on');
  });

  scenario('tells a consumer of a channel that was paused before it came', { needs }, async (stage) => {
    await stage.broker.channels.pause(stage.channel);
    assert.equal((await stage.consumer()).isPaused(stage.channel), true);
  });

  scenario('lets no worker begin a job once it has resolved, however many there are', { needs }, async (stage) => {
    const crew = new Crew(stage);
    for (let worker = 0; worker < 5; worker += 1) await crew.hire();
    const sent = Array.from({ length: 300 }, (_, number) => `${number}`);
    await stage.publish(...sent.slice(0, 100));
    await until(() => crew.begun.length > 0, 'work to begin');
    await stage.broker.channels.pause(stage.channel);
    const { length } = crew.begun;
    for (let start = 100; start < 300; start += 50) await stage.publish(...sent.slice(start, start + 50));
    await stage.pass(100);
    assert.equal(crew.begun.length, length, 'jobs begun while paused');
    await stage.broker.channels.resume(stage.channel);
    await until(() => crew.begun.length >= sent.length, 'all work to be done');
    assert.deepEqual(crew.begun.toSorted(), sent.toSorted());
    await crew.dismiss();
  });

  scenario('stays paused when the broker is connected again', { needs }, async (stage) => {
    await stage.broker.channels.pause(stage.channel);
    await stage.broker.disconnect();
    await stage.broker.connect();
    await stage.publish('held back');
    const consumer = await stage.consumer();
    assert.equal(consumer.isPaused(stage.channel), true);
    await stage.expectNothing(consumer);
  });

  scenario('leaves other channels alone', { needs }, async (stage) => {
    const other = stage.anotherChannel();
    const consumer = await stage.consumer({ channels: [stage.channel, other] });
    await stage.broker.channels.pause(stage.channel);
    await stage.broker.publish([stage.message('held back'), stage.message('passes', { channel: other })]);
    assert.equal(textOf(await stage.receiveOne(consumer)), 'passes');
    await stage.expectNothing(consumer);
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

/** Consumers that work as workers do: right before they begin a message they look whether its channel is paused, and give it back then. */
class Crew {
  /** What was begun. */
  readonly begun: string[] = [];
  readonly #consumers: Consumer[] = [];
  readonly #work: Promise<void>[] = [];

  constructor(private readonly stage: Stage) {}

  async hire(): Promise<void> {
    const consumer = await this.stage.consumer();
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
        if (consumer.isPaused(this.stage.channel)) {
          await reject(delivery);
          await turnOfTheLoop(); // A broker that gives it out at once, again and again, would leave no time to anybody.
          continue;
        }
        this.begun.push(textOf(delivery));
        await ack(delivery);
      }
    }
  }
}
