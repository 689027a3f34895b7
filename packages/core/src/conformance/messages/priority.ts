import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import { PRIORITIES, type Priority } from '../../message/index.js';
import type { Scenario } from '../scenario.js';
import { ackAll, reject } from '../settlements.js';
import { type Stage, texts } from '../stage.js';

const needs = ['priority'] as const;

/** High before medium before low, about 10 to 3 to 1, and nobody starves. */
export function priorities(scenario: Scenario): void {
  scenario('takes the higher priority first', { needs }, async (stage) => {
    for (const priority of ['low', 'medium', 'high'] as const) {
      await stage.broker.publish([stage.message(priority, { priority })]);
    }
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 3)), ['high', 'medium', 'low']);
  });

  scenario('takes a message that says none for medium, and tells the priority', { needs }, async (stage) => {
    await stage.broker.publish([stage.message('plain'), stage.message('low', { priority: 'low' })]);
    const received = await stage.receive(await stage.consumer(), 2);
    assert.deepEqual(
      received.map((delivery) => delivery.priority),
      ['medium', 'low'],
    );
  });

  scenario('takes about 10, 3 and 1 in turn, one at a time', { needs }, async (stage) => {
    await expectProportion(stage, 1);
  });

  scenario('takes about 10, 3 and 1 in turn, many at a time', { needs }, async (stage) => {
    await expectProportion(stage, 14);
  });

  scenario('takes low alone where there is nothing else', { needs }, async (stage) => {
    await stage.broker.publish(marked('low', 30, stage));
    await stage.receive(await stage.consumer(), 30);
  });

  scenario('keeps the order within a priority', { needs }, async (stage) => {
    await stage.broker.publish(PRIORITIES.flatMap((priority) => marked(priority, 20, stage)));
    const received = texts(await stage.receive(await stage.consumer(), 60));
    for (const priority of PRIORITIES) {
      const own = received.filter((text) => text.startsWith(priority));
      assert.deepEqual(
        own,
        Array.from({ length: 20 }, (_, number) => `${priority} ${number}`),
      );
    }
  });

  scenario('keeps the priority of what is given back', { needs }, async (stage) => {
    await stage.broker.publish(marked('low', 1, stage));
    const consumer = await stage.consumer();
    await reject(await stage.receiveOne(consumer));
    assert.equal((await stage.receiveOne(consumer)).priority, 'low');
  });
}

function marked(priority: Priority, count: number, stage: Stage) {
  return Array.from({ length: count }, (_, number) => stage.message(`${priority} ${number}`, { priority }));
}

/** Of 56 taken where there is plenty of each, 40, 12 and 4 would be exact. */
async function expectProportion(stage: Stage, atATime: number): Promise<void> {
  await stage.broker.publish(PRIORITIES.flatMap((priority) => marked(priority, 60, stage)));
  const taken = await takeInSteps(stage, 56, atATime);
  const count = (priority: Priority) => taken.filter((delivery) => delivery.priority === priority).length;
  assert.ok(count('high') >= 32 && count('high') <= 48, `high: ${count('high')} of 56`);
  assert.ok(count('medium') >= 6 && count('medium') <= 18, `medium: ${count('medium')} of 56`);
  assert.ok(count('low') >= 2 && count('low') <= 8, `low: ${count('low')} of 56`);
}

async function takeInSteps(stage: Stage, total: number, atATime: number): Promise<Delivery[]> {
  const consumer = await stage.consumer();
  const taken: Delivery[] = [];
  while (taken.length < total) {
    const step = await stage.receive(consumer, atATime);
    await ackAll(step);
    taken.push(...step);
  }
  return taken;
}
