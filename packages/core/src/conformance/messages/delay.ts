import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { type Stage, textOf, texts } from '../stage.js';

const needs = ['delay'] as const;

/** Long enough to look before it has passed, in milliseconds. */
const A_WHILE = 600;

/** Long enough to publish a thousand messages, in milliseconds. */
const LONG_ENOUGH = 3_000;

/** Never early, in the order of due times. */
export function delays(scenario: Scenario): void {
  scenario('delivers no sooner than dueAt', { needs }, async (stage) => {
    const dueAt = stage.broker.clock.now() + A_WHILE;
    await stage.broker.publish([stage.message('later', { dueAt })]);
    await stage.receiveNotBefore(dueAt, await stage.consumer());
  });

  scenario('delivers no sooner than after the delay', { needs }, async (stage) => {
    const dueAt = stage.broker.clock.now() + A_WHILE;
    await stage.broker.publish([stage.message('later', { delay: A_WHILE })]);
    await stage.receiveNotBefore(dueAt, await stage.consumer());
  });

  scenario('goes by dueAt where there is a delay too', { needs }, async (stage) => {
    const dueAt = stage.broker.clock.now() - 1;
    await stage.broker.publish([stage.message('now', { dueAt, delay: 3_600_000 })]);
    await stage.receiveOne(await stage.consumer());
  });

  scenario('delivers at once what was due in the past', { needs }, async (stage) => {
    await stage.broker.publish([stage.message('due', { dueAt: stage.broker.clock.now() - 60_000 })]);
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 1)), ['due']);
  });

  scenario('delivers in the order of due times, not of publishing', { needs }, async (stage) => {
    const now = stage.broker.clock.now();
    const dueIn = (delay: number) => stage.message(`in ${delay}`, { dueAt: now + delay });
    await stage.broker.publish([dueIn(300), dueIn(100), dueIn(200)]);
    await stage.pass(A_WHILE);
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 3)), ['in 100', 'in 200', 'in 300']);
  });

  scenario(
    'delivers what is due in the same millisecond in the order of publishing',
    { needs: ['delay', 'jobIds'] },
    async (stage) => {
      const dueAt = stage.broker.clock.now() + LONG_ENOUGH;
      // Names in another order than that of publishing, and more than a thousand in one call.
      const names = Array.from({ length: 1_210 }, (_, number) => `${(number * 7_919) % 1_210}`);
      const jobs = names.map((name) => stage.job(name, { dueAt }));
      await stage.broker.publish(jobs.slice(0, 1_205));
      for (const job of jobs.slice(1_205)) await stage.broker.publish([job]);
      assert.ok(stage.broker.clock.now() < dueAt, 'published before it is due');
      await stage.pass(LONG_ENOUGH);
      assert.deepEqual(texts(await stage.receive(await stage.consumer(), names.length)), names);
    },
  );

  scenario('wakes a waiting receive for what is due sooner than it knew', { needs }, async (stage) => {
    const consumer = await stage.consumer();
    await stage.broker.publish([stage.message('tomorrow', { delay: 86_400_000 })]);
    const received = stage.receiveOne(consumer);
    await stage.broker.publish([stage.message('soon', { delay: A_WHILE })]);
    await stage.pass(A_WHILE);
    assert.equal(textOf(await received), 'soon');
  });

  scenario('lets others pass what is delayed', { needs }, async (stage) => {
    await stage.broker.publish([stage.message('tomorrow', { delay: 86_400_000 }), stage.message('today')]);
    const consumer = await stage.consumer();
    await ack(await stage.receiveOne(consumer));
    await stage.expectNothing(consumer);
  });

  scenario('tells delayed from queued', { needs: ['delay', 'administration'] }, async (stage) => {
    await stage.broker.publish([stage.message('later', { delay: A_WHILE })]);
    assert.deepEqual(await countsOf(stage), { delayed: 1, queued: 0 });
    await stage.pass(A_WHILE);
    await stage.receiveOne(await stage.consumer());
    assert.deepEqual(await countsOf(stage), { delayed: 0, queued: 0 });
  });
}

async function countsOf(stage: Stage): Promise<{ delayed: number; queued: number }> {
  const { delayed, queued } = await stage.broker.channels.stats(stage.channel);
  return { delayed, queued };
}
