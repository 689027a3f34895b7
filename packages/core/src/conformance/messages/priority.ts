import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import { PRIORITIES, type Priority } from '../../message/index.js';
import type { Scenario } from '../scenario.js';
import { ackAll, reject } from '../settlements.js';
import { type BrokerFixture, texts } from '../fixture.js';

const needs = ['priority'] as const;

/** High before medium before low, about 10 to 3 to 1, and no priority starves. */
export function priorities(scenario: Scenario): void {
  scenario('takes the higher priority first', { needs }, async (fixture) => {
    for (const priority of ['low', 'medium', 'high'] as const) {
      await fixture.broker.publish([fixture.message(priority, { priority })]);
    }
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 3)), ['high', 'medium', 'low']);
  });

  scenario('treats a message without a priority as medium, and reports the priority', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.message('plain'), fixture.message('low', { priority: 'low' })]);
    const received = await fixture.receive(await fixture.consumer(), 2);
    assert.deepEqual(
      received.map((delivery) => delivery.priority),
      ['medium', 'low'],
    );
  });

  scenario('takes about 10, 3 and 1 in turn, one at a time', { needs }, async (fixture) => {
    await expectProportion(fixture, 1);
  });

  scenario('takes about 10, 3 and 1 in turn, many at a time', { needs }, async (fixture) => {
    await expectProportion(fixture, 14);
  });

  scenario('takes low messages if there are no others', { needs }, async (fixture) => {
    await fixture.broker.publish(marked('low', 30, fixture));
    await fixture.receive(await fixture.consumer(), 30);
  });

  scenario('keeps the order within a priority', { needs }, async (fixture) => {
    await fixture.broker.publish(PRIORITIES.flatMap((priority) => marked(priority, 20, fixture)));
    const received = texts(await fixture.receive(await fixture.consumer(), 60));
    for (const priority of PRIORITIES) {
      const own = received.filter((text) => text.startsWith(priority));
      assert.deepEqual(
        own,
        Array.from({ length: 20 }, (_, number) => `${priority} ${number}`),
      );
    }
  });

  scenario('keeps the priority of a returned message', { needs }, async (fixture) => {
    await fixture.broker.publish(marked('low', 1, fixture));
    const consumer = await fixture.consumer();
    await reject(await fixture.receiveOne(consumer));
    assert.equal((await fixture.receiveOne(consumer)).priority, 'low');
  });
}

function marked(priority: Priority, count: number, fixture: BrokerFixture) {
  return Array.from({ length: count }, (_, number) => fixture.message(`${priority} ${number}`, { priority }));
}

/** Of 56 messages taken while there are enough of each, 40, 12 and 4 are exact. */
async function expectProportion(fixture: BrokerFixture, atATime: number): Promise<void> {
  await fixture.broker.publish(PRIORITIES.flatMap((priority) => marked(priority, 60, fixture)));
  const taken = await takeInSteps(fixture, 56, atATime);
  const count = (priority: Priority) => taken.filter((delivery) => delivery.priority === priority).length;
  assert.ok(count('high') >= 32 && count('high') <= 48, `high: ${count('high')} of 56`);
  assert.ok(count('medium') >= 6 && count('medium') <= 18, `medium: ${count('medium')} of 56`);
  assert.ok(count('low') >= 2 && count('low') <= 8, `low: ${count('low')} of 56`);
}

async function takeInSteps(fixture: BrokerFixture, total: number, atATime: number): Promise<Delivery[]> {
  const consumer = await fixture.consumer();
  const taken: Delivery[] = [];
  while (taken.length < total) {
    const step = await fixture.receive(consumer, atATime);
    await ackAll(step);
    taken.push(...step);
  }
  return taken;
}
