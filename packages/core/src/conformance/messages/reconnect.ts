import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { textOf, texts } from '../fixture.js';

/** Consumers survive a lost connection. */
export function reconnecting(scenario: Scenario): void {
  scenario('continues to receive by itself', async (fixture) => {
    const consumer = await fixture.consumer();
    const received = fixture.receiveOne(consumer);
    await fixture.harness.interrupt!(fixture.broker);
    await fixture.publish('after');
    assert.equal(textOf(await received), 'after');
  });

  scenario('settles earlier deliveries', async (fixture) => {
    await fixture.publish('in flight');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await fixture.harness.interrupt!(fixture.broker);
    await ack(delivery, { publish: [fixture.message('follower')] });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'follower');
    await fixture.expectNothing(consumer);
  });

  scenario('loses no accepted message, and duplicates no job', { needs: ['jobIds'] }, async (fixture) => {
    const consumer = await fixture.consumer();
    const sent = Array.from({ length: 20 }, (_, number) => `job ${number}`);
    const publishing = Promise.allSettled(sent.map((id) => fixture.broker.publish([fixture.job(id)])));
    await fixture.harness.interrupt!(fixture.broker);
    const results = await publishing;
    const taken = sent.filter((_, index) => results[index]!.status === 'fulfilled');
    const received = texts(await fixture.receive(consumer, taken.length));
    received.push(...texts(await consumer.receive(sent.length, { wait: false })));
    assert.equal(new Set(received).size, received.length, 'jobs delivered twice');
    assert.deepEqual(
      taken.filter((id) => !received.includes(id)),
      [],
      'jobs lost',
    );
  });
}
