import assert from 'node:assert/strict';
import type { Consumer, Delivery } from '../../broker/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject } from '../settlements.js';
import { type BrokerFixture, textOf, texts } from '../fixture.js';
import { until, within } from '../waiting.js';

/**
 * Short, because the scenarios wait for each loss of a worker. Deliveries to be settled in time are settled
 * immediately.
 */
const ownershipTime = 600;

const ALONE = { wait: false, alone: true } as const;

/** One bad job does not harm others: a suspect is delivered alone before it is dead-lettered. */
export function suspects(scenario: Scenario): void {
  scenario('reports no suspects if no worker was lost', async (fixture) => {
    await fixture.publish('usual');
    const consumer = await fixture.consumer();
    assert.equal(consumer.hasSuspects, false);
    assert.deepEqual(await consumer.receive(1, ALONE), []);
    await ack(await fixture.receiveOne(consumer));
  });

  scenario(
    'redelivers a message that has lost few workers together with others',
    { ownershipTime, maxDeliveries: 4 },
    async (fixture) => {
      await fixture.publish('unlucky');
      await lose(fixture, await fixture.consumer(), 1);
      const consumer = await fixture.consumer();
      const again = await fixture.receiveOne(consumer);
      assert.deepEqual([again.deliveryCount, again.isExhausted, consumer.hasSuspects], [2, false, false]);
      await ack(again);
    },
  );

  scenario(
    'delivers suspects only alone, one at a time, from all channels',
    { ownershipTime, maxDeliveries: 2 },
    async (fixture) => {
      const channels = [fixture.channel, fixture.anotherChannel()];
      await fixture.broker.publish([fixture.message('a'), fixture.message('b', { channel: channels[1] })]);
      await lose(fixture, await fixture.consumer({ channels }), 2);
      const consumer = await fixture.consumer({ channels });
      await untilSuspected(fixture, consumer);
      const first = await consumer.receive(10, ALONE);
      assert.equal(first.length, 1);
      await consumer.markStarted(first[0]!);
      assert.deepEqual([first[0]!.deliveryCount, first[0]!.isExhausted], [2, false]);
      await fixture.expectNothing(consumer);
      await ack(first[0]!);
      const second = await consumer.receive(10, ALONE);
      assert.deepEqual([...texts(first), ...texts(second)].toSorted(), ['a', 'b']);
      await ack(second[0]!);
      await until(async () => !(await isSuspected(fixture, consumer)), 'the last suspect to be gone');
    },
  );

  scenario('delivers other messages while there are suspects', { ownershipTime, maxDeliveries: 2 }, async (fixture) => {
    await fixture.publish('suspect');
    await lose(fixture, await fixture.consumer(), 1);
    const consumer = await fixture.consumer();
    await untilSuspected(fixture, consumer);
    await fixture.publish('other');
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'other');
    assert.ok(consumer.hasSuspects);
  });

  scenario('does not wait while there are suspects', { ownershipTime, maxDeliveries: 2 }, async (fixture) => {
    await fixture.publish('suspect');
    await lose(fixture, await fixture.consumer(), 1);
    const consumer = await fixture.consumer();
    await untilSuspected(fixture, consumer);
    assert.deepEqual(await within(consumer.receive(1, { wait: true }), 'the receive to end'), []);
  });

  scenario('ends a receive that waits when a suspect appears', { ownershipTime, maxDeliveries: 2 }, async (fixture) => {
    await fixture.publish('suspect');
    const vanishing = await fixture.consumer();
    await fixture.receiveOne(vanishing);
    await vanishing.close();
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    await fixture.pass(ownershipTime + 1);
    assert.deepEqual(await within(received, 'the waiting receive to end'), []);
    assert.ok(consumer.hasSuspects);
  });

  scenario(
    'clears messages that were in flight together with one that crashes workers',
    { ownershipTime, maxDeliveries: 2, needs: ['deadLetters'] },
    async (fixture) => {
      const harmless = ['1', '2', '3', '4', '5'];
      await fixture.publish(...harmless.slice(0, 2), 'deadly', ...harmless.slice(2));
      await lose(fixture, await fixture.consumer(), 6);
      const survived = await tryAllAlone(fixture, harmless.length);
      assert.deepEqual(texts(survived).toSorted(), harmless);
      assert.ok(
        survived.every(({ isExhausted }) => !isExhausted),
        'a message that crashes no worker was marked as exhausted',
      );
      const letters = await fixture.broker.channels.deadLetters(fixture.channel, 10);
      assert.deepEqual(texts(letters), ['deadly']);
    },
  );

  scenario(
    'marks a message as exhausted that lost two workers while it ran alone',
    { ownershipTime, maxDeliveries: 2 },
    async (fixture) => {
      await fixture.publish('deadly');
      await lose(fixture, await fixture.consumer(), 1);
      await loseAlone(fixture);
      await loseAlone(fixture);
      const [last] = await receiveSuspect(fixture);
      assert.deepEqual([last!.deliveryCount, last!.isExhausted], [4, true]);
      await nack(last!, 'exhausted');
      await fixture.expectNothing(await fixture.consumer());
    },
  );

  scenario(
    'does not blame a message for workers that are lost before it starts',
    { ownershipTime, maxDeliveries: 2 },
    async (fixture) => {
      await fixture.publish('innocent');
      await lose(fixture, await fixture.consumer(), 1);
      for (let n = 0; n < 3; n += 1) await loseAlone(fixture, { isStarted: false });
      await loseAlone(fixture);
      await loseAlone(fixture, { isStarted: false });
      const [delivery, consumer] = await receiveSuspect(fixture);
      assert.deepEqual([delivery!.deliveryCount, delivery!.isExhausted], [7, false]);
      await consumer.markStarted(delivery!);
      await ack(delivery!);
      await fixture.expectNothing(consumer);
    },
  );

  scenario('marks a start more than once with no harm', { ownershipTime, maxDeliveries: 1 }, async (fixture) => {
    await fixture.publish('repeated');
    await lose(fixture, await fixture.consumer(), 1);
    const [delivery, consumer] = await receiveSuspect(fixture);
    for (let n = 0; n < 3; n += 1) await consumer.markStarted(delivery!);
    await consumer.close();
    await fixture.pass(ownershipTime + 1);
    const [again] = await receiveSuspect(fixture);
    assert.equal(again!.isExhausted, false);
    await ack(again!);
  });

  scenario('cannot start a suspect that is lost', { ownershipTime, maxDeliveries: 1 }, async (fixture) => {
    await fixture.publish('late');
    await lose(fixture, await fixture.consumer(), 1);
    const [delivery, consumer] = await receiveSuspect(fixture);
    await fixture.pass(ownershipTime + 1);
    const [again] = await receiveSuspect(fixture);
    await assert.rejects(consumer.markStarted(delivery!), { code: 'REPID_LOST_OWNERSHIP' });
    await ack(again!);
  });

  scenario(
    'clears a message that has run alone for long enough',
    { ownershipTime: 1_000, maxDeliveries: 2 },
    async (fixture) => {
      await fixture.publish('unlucky');
      await lose(fixture, await fixture.consumer(), 1, 1_000);
      const consumer = await fixture.consumer();
      await untilSuspected(fixture, consumer);
      const [survivor] = await consumer.receive(1, ALONE);
      await consumer.markStarted(survivor!);
      for (let step = 0; step < 5; step += 1) {
        await fixture.pass(250);
        assert.deepEqual(await consumer.extend([survivor!]), []);
      }
      await consumer.close();
      await fixture.pass(1_001);
      const next = await fixture.consumer();
      await untilSuspected(fixture, next);
      const [again] = await next.receive(1, ALONE);
      assert.deepEqual([again!.deliveryCount, again!.isExhausted], [3, false]);
      await ack(again!);
    },
  );

  scenario(
    'dead-letters a message that crashes even workers that would refuse it, and notifies waiting jobs',
    { ownershipTime, maxDeliveries: 1, needs: ['deadLetters', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const channel = fixture.anotherChannel();
      await fixture.broker.publish([
        fixture.jobWithResult('deadly'),
        waitingJob(fixture, into, 'after', ['deadly'], { channel }),
        waitingJob(fixture, into, 'fallback', ['deadly'], { channel, condition: 'failure' }),
      ]);
      await lose(fixture, await fixture.consumer(), 1);
      for (let n = 0; n < 2; n += 1) await loseAlone(fixture);
      await loseAlone(fixture, { isStarted: false });
      const consumer = await fixture.consumer({ channels: [fixture.channel, channel] });
      assert.equal(textOf(await fixture.receiveOne(consumer)), 'fallback');
      const [letter] = await fixture.broker.channels.deadLetters(fixture.channel, 10);
      assert.equal(textOf(letter!), 'deadly');
      assert.equal(letter!.reason.code, 'REPID_TOO_MANY_DELIVERIES');
      const { success, exception } = await readResult(fixture, into, 'deadly');
      assert.equal(success, false);
      assert.match(exception, /^TooManyDeliveriesError: /);
      assert.match(
        (await readResult(fixture, into, 'after')).exception,
        /Root cause: "act" \(.*deadly\) failed: TooManyDeliveriesError/,
      );
      assert.equal(await fixture.locationOf('deadly'), undefined);
    },
  );

  scenario('lets a suspect be cancelled', { ownershipTime, maxDeliveries: 2, needs: ['jobIds'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('suspect')]);
    await lose(fixture, await fixture.consumer(), 1);
    const consumer = await fixture.consumer();
    await untilSuspected(fixture, consumer);
    assert.equal((await fixture.broker.cancel(fixture.id('suspect')))?.jobId, fixture.id('suspect'));
    assert.deepEqual(await consumer.receive(1, ALONE), []);
    await until(async () => !(await isSuspected(fixture, consumer)), 'the suspect to be gone');
  });

  scenario(
    'holds suspects back while their channel is paused',
    { ownershipTime, maxDeliveries: 2, needs: ['administration'] },
    async (fixture) => {
      await fixture.publish('suspect');
      await lose(fixture, await fixture.consumer(), 1);
      const consumer = await fixture.consumer();
      await untilSuspected(fixture, consumer);
      await fixture.broker.channels.pause(fixture.channel);
      assert.deepEqual(await consumer.receive(1, ALONE), []);
      await fixture.broker.channels.resume(fixture.channel);
      await untilSuspected(fixture, consumer);
      await ack((await consumer.receive(1, ALONE))[0]!);
    },
  );

  scenario('treats a returned suspect as an ordinary message', { ownershipTime, maxDeliveries: 2 }, async (fixture) => {
    await fixture.publish('suspect');
    await lose(fixture, await fixture.consumer(), 1);
    const consumer = await fixture.consumer();
    await untilSuspected(fixture, consumer);
    await reject((await consumer.receive(1, ALONE))[0]!);
    const again = await fixture.receiveOne(consumer);
    assert.deepEqual([again.deliveryCount, again.isExhausted], [1, false]);
    await consumer.close();
    await fixture.pass(ownershipTime + 1);
    const next = await fixture.consumer();
    await untilSuspected(fixture, next);
    const [suspect] = await next.receive(1, ALONE);
    assert.deepEqual([suspect!.deliveryCount, suspect!.isExhausted], [2, false]);
  });
}

/** The consumer receives this many messages and disappears, and they are lost. */
async function lose(fixture: BrokerFixture, vanishing: Consumer, count: number, time = ownershipTime): Promise<void> {
  await fixture.receive(vanishing, count);
  await vanishing.close();
  await fixture.pass(time + 1);
}

/** Another consumer receives a suspect alone, starts it, and disappears. */
async function loseAlone(fixture: BrokerFixture, { isStarted = true } = {}): Promise<void> {
  const [delivery, vanishing] = await receiveSuspect(fixture);
  assert.ok(delivery, 'a suspect');
  if (isStarted) await vanishing.markStarted(delivery);
  await vanishing.close();
  await fixture.pass(ownershipTime + 1);
}

async function receiveSuspect(fixture: BrokerFixture): Promise<[Delivery | undefined, Consumer]> {
  const consumer = await fixture.consumer();
  await untilSuspected(fixture, consumer);
  const [delivery] = await consumer.receive(1, ALONE);
  return [delivery, consumer];
}

/** Checks as workers do; a suspect is never delivered together with others. */
async function isSuspected(fixture: BrokerFixture, consumer: Consumer): Promise<boolean> {
  await fixture.expectNothing(consumer);
  return consumer.hasSuspects;
}

async function untilSuspected(fixture: BrokerFixture, consumer: Consumer): Promise<void> {
  await until(() => isSuspected(fixture, consumer), 'the consumer to learn of a suspect');
}

/** Receives suspects alone until "deadly" was refused and `count` others are done. Returns the others. */
async function tryAllAlone(fixture: BrokerFixture, count: number): Promise<Delivery[]> {
  const done: Delivery[] = [];
  let [consumer, isRefused] = [await fixture.consumer(), false];
  while (done.length < count || !isRefused) {
    await untilSuspected(fixture, consumer);
    const [delivery] = await consumer.receive(1, ALONE);
    assert.ok(delivery, 'a suspect');
    if (textOf(delivery) !== 'deadly') {
      await ack(delivery);
      done.push(delivery);
    } else if (delivery.isExhausted) {
      await nack(delivery, 'exhausted');
      isRefused = true;
    } else {
      await consumer.markStarted(delivery);
      await consumer.close();
      await fixture.pass(ownershipTime + 1);
      consumer = await fixture.consumer();
    }
  }
  return done;
}
