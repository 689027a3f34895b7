import assert from 'node:assert/strict';
import type { Consumer, Delivery } from '../../broker/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject } from '../settlements.js';
import { type Stage, textOf, texts } from '../stage.js';
import { until, within } from '../waiting.js';

/** Short, for each loss of a worker is waited for; what is to be settled in time is settled at once. */
const ownershipTime = 600;

const ALONE = { wait: false, alone: true } as const;

/** One bad job harms nobody else: what may be killing workers is tried alone before it is given up. */
export function suspects(scenario: Scenario): void {
  scenario('has none where no worker was lost', async (stage) => {
    await stage.publish('usual');
    const consumer = await stage.consumer();
    assert.equal(consumer.hasSuspects, false);
    assert.deepEqual(await consumer.receive(1, ALONE), []);
    await ack(await stage.receiveOne(consumer));
  });

  scenario(
    'delivers again beside others what has lost few workers',
    { ownershipTime, maxDeliveries: 3 },
    async (stage) => {
      await stage.publish('unlucky');
      await lose(stage, await stage.consumer(), 1);
      const consumer = await stage.consumer();
      const again = await stage.receiveOne(consumer);
      assert.deepEqual([again.deliveryCount, again.isExhausted, consumer.hasSuspects], [2, false, false]);
      await ack(again);
    },
  );

  scenario(
    'gives a suspect to nobody but who takes it alone, one at a time, of all its channels',
    { ownershipTime, maxDeliveries: 2 },
    async (stage) => {
      const channels = [stage.channel, stage.anotherChannel()];
      await stage.broker.publish([stage.message('a'), stage.message('b', { channel: channels[1] })]);
      await lose(stage, await stage.consumer({ channels }), 2);
      const consumer = await stage.consumer({ channels });
      await untilSuspected(stage, consumer);
      const first = await consumer.receive(10, ALONE);
      assert.equal(first.length, 1);
      assert.deepEqual([first[0]!.deliveryCount, first[0]!.isExhausted], [2, false]);
      await stage.expectNothing(consumer);
      await ack(first[0]!);
      const second = await consumer.receive(10, ALONE);
      assert.deepEqual([...texts(first), ...texts(second)].toSorted(), ['a', 'b']);
      await ack(second[0]!);
      await until(async () => !(await isSuspected(stage, consumer)), 'the last suspect to be gone');
    },
  );

  scenario('gives other messages while there are suspects', { ownershipTime, maxDeliveries: 2 }, async (stage) => {
    await stage.publish('suspect');
    await lose(stage, await stage.consumer(), 1);
    const consumer = await stage.consumer();
    await untilSuspected(stage, consumer);
    await stage.publish('other');
    assert.equal(textOf(await stage.receiveOne(consumer)), 'other');
    assert.ok(consumer.hasSuspects);
  });

  scenario('does not wait while there are suspects', { ownershipTime, maxDeliveries: 2 }, async (stage) => {
    await stage.publish('suspect');
    await lose(stage, await stage.consumer(), 1);
    const consumer = await stage.consumer();
    await untilSuspected(stage, consumer);
    assert.deepEqual(await within(consumer.receive(1, { wait: true }), 'the receive to end'), []);
  });

  scenario('ends a receive that waits when a suspect appears', { ownershipTime, maxDeliveries: 2 }, async (stage) => {
    await stage.publish('suspect');
    const vanishing = await stage.consumer();
    await stage.receiveOne(vanishing);
    await vanishing.close();
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    await stage.pass(ownershipTime + 1);
    assert.deepEqual(await within(received, 'the waiting receive to end'), []);
    assert.ok(consumer.hasSuspects);
  });

  scenario(
    'never blames those that were in flight with a deadly message',
    { ownershipTime, maxDeliveries: 2, needs: ['deadLetters'] },
    async (stage) => {
      const innocent = ['1', '2', '3', '4', '5'];
      await stage.publish(...innocent.slice(0, 2), 'deadly', ...innocent.slice(2));
      await lose(stage, await stage.consumer(), 6);
      const survived = await tryAllAlone(stage, innocent.length);
      assert.deepEqual(texts(survived).toSorted(), innocent);
      assert.ok(
        survived.every(({ isExhausted }) => !isExhausted),
        'an innocent message was to be given up',
      );
      const letters = await stage.broker.channels.deadLetters(stage.channel, 10);
      assert.deepEqual(texts(letters), ['deadly']);
    },
  );

  scenario(
    'has a message refused that has lost a worker while it ran alone',
    { ownershipTime, maxDeliveries: 2 },
    async (stage) => {
      await stage.publish('deadly');
      await lose(stage, await stage.consumer(), 1);
      await loseAlone(stage);
      const consumer = await stage.consumer();
      await untilSuspected(stage, consumer);
      const [last] = await consumer.receive(1, ALONE);
      assert.deepEqual([last!.deliveryCount, last!.isExhausted], [3, true]);
      await nack(last!, 'exhausted');
      await stage.expectNothing(consumer);
    },
  );

  scenario(
    'does not blame a message any more that has run alone for long enough',
    { ownershipTime: 1_000, maxDeliveries: 2 },
    async (stage) => {
      await stage.publish('unlucky');
      await lose(stage, await stage.consumer(), 1, 1_000);
      const consumer = await stage.consumer();
      await untilSuspected(stage, consumer);
      const [survivor] = await consumer.receive(1, ALONE);
      for (let step = 0; step < 5; step += 1) {
        await stage.pass(250);
        assert.deepEqual(await consumer.extend([survivor!]), []);
      }
      await consumer.close();
      await stage.pass(1_001);
      const next = await stage.consumer();
      await untilSuspected(stage, next);
      const [again] = await next.receive(1, ALONE);
      assert.deepEqual([again!.deliveryCount, again!.isExhausted], [3, false]);
      await ack(again!);
    },
  );

  scenario(
    'gives up by itself what kills even those that are to refuse it, and tells who waits',
    { ownershipTime, maxDeliveries: 1, needs: ['deadLetters', 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const channel = stage.anotherChannel();
      await stage.broker.publish([
        stage.jobWithResult('deadly'),
        waitingJob(stage, into, 'after', ['deadly'], { channel }),
        waitingJob(stage, into, 'fallback', ['deadly'], { channel, condition: 'failure' }),
      ]);
      await lose(stage, await stage.consumer(), 1);
      await loseAlone(stage);
      await loseAlone(stage);
      const consumer = await stage.consumer({ channels: [stage.channel, channel] });
      assert.equal(textOf(await stage.receiveOne(consumer)), 'fallback');
      const [letter] = await stage.broker.channels.deadLetters(stage.channel, 10);
      assert.equal(textOf(letter!), 'deadly');
      assert.equal(letter!.reason.code, 'REPID_TOO_MANY_DELIVERIES');
      const { success, exception } = await readResult(stage, into, 'deadly');
      assert.equal(success, false);
      assert.match(exception, /^TooManyDeliveriesError: /);
      assert.match(
        (await readResult(stage, into, 'after')).exception,
        /Root cause: "act" \(.*deadly\) failed: TooManyDeliveriesError/,
      );
      assert.equal(await stage.locationOf('deadly'), undefined);
    },
  );

  scenario('lets a suspect be cancelled', { ownershipTime, maxDeliveries: 2, needs: ['jobIds'] }, async (stage) => {
    await stage.broker.publish([stage.job('suspect')]);
    await lose(stage, await stage.consumer(), 1);
    const consumer = await stage.consumer();
    await untilSuspected(stage, consumer);
    assert.equal((await stage.broker.cancel(stage.id('suspect')))?.jobId, stage.id('suspect'));
    assert.deepEqual(await consumer.receive(1, ALONE), []);
    await until(async () => !(await isSuspected(stage, consumer)), 'the suspect to be gone');
  });

  scenario(
    'holds suspects back while their channel is paused',
    { ownershipTime, maxDeliveries: 2, needs: ['administration'] },
    async (stage) => {
      await stage.publish('suspect');
      await lose(stage, await stage.consumer(), 1);
      const consumer = await stage.consumer();
      await untilSuspected(stage, consumer);
      await stage.broker.channels.pause(stage.channel);
      assert.deepEqual(await consumer.receive(1, ALONE), []);
      await stage.broker.channels.resume(stage.channel);
      await untilSuspected(stage, consumer);
      await ack((await consumer.receive(1, ALONE))[0]!);
    },
  );

  scenario(
    'is an ordinary message again once it was given back',
    { ownershipTime, maxDeliveries: 2 },
    async (stage) => {
      await stage.publish('suspect');
      await lose(stage, await stage.consumer(), 1);
      const consumer = await stage.consumer();
      await untilSuspected(stage, consumer);
      await reject((await consumer.receive(1, ALONE))[0]!);
      const again = await stage.receiveOne(consumer);
      assert.deepEqual([again.deliveryCount, again.isExhausted], [1, false]);
      await consumer.close();
      await stage.pass(ownershipTime + 1);
      const next = await stage.consumer();
      await untilSuspected(stage, next);
      const [suspect] = await next.receive(1, ALONE);
      assert.deepEqual([suspect!.deliveryCount, suspect!.isExhausted], [2, false]);
    },
  );
}

/** The consumer takes so many and vanishes, and they are lost. */
async function lose(stage: Stage, vanishing: Consumer, count: number, time = ownershipTime): Promise<void> {
  await stage.receive(vanishing, count);
  await vanishing.close();
  await stage.pass(time + 1);
}

/** Another takes a suspect alone and vanishes. */
async function loseAlone(stage: Stage): Promise<void> {
  const vanishing = await stage.consumer();
  await untilSuspected(stage, vanishing);
  assert.equal((await vanishing.receive(1, ALONE)).length, 1);
  await vanishing.close();
  await stage.pass(ownershipTime + 1);
}

/** Looks as workers do; a suspect is never given out with others. */
async function isSuspected(stage: Stage, consumer: Consumer): Promise<boolean> {
  await stage.expectNothing(consumer);
  return consumer.hasSuspects;
}

async function untilSuspected(stage: Stage, consumer: Consumer): Promise<void> {
  await until(() => isSuspected(stage, consumer), 'the consumer to learn of a suspect');
}

/** Tries suspects alone until "deadly" has been refused, and so many others are done; returns those. */
async function tryAllAlone(stage: Stage, count: number): Promise<Delivery[]> {
  const done: Delivery[] = [];
  let [consumer, isRefused] = [await stage.consumer(), false];
  while (done.length < count || !isRefused) {
    await untilSuspected(stage, consumer);
    const [delivery] = await consumer.receive(1, ALONE);
    assert.ok(delivery, 'a suspect');
    if (textOf(delivery) !== 'deadly') {
      await ack(delivery);
      done.push(delivery);
    } else if (delivery.isExhausted) {
      await nack(delivery, 'exhausted');
      isRefused = true;
    } else {
      await consumer.close();
      await stage.pass(ownershipTime + 1);
      consumer = await stage.consumer();
    }
  }
  return done;
}
