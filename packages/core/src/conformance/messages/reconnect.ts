import assert from 'node:assert/strict';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { textOf, texts } from '../stage.js';

/** A lost connection is waited out. */
export function reconnecting(scenario: Scenario): void {
  scenario('goes on receiving by itself', async (stage) => {
    const consumer = await stage.consumer();
    const received = stage.receiveOne(consumer);
    await stage.harness.interrupt!(stage.broker);
    await stage.publish('after');
    assert.equal(textOf(await received), 'after');
  });

  scenario('settles what was in hand before', async (stage) => {
    await stage.publish('in hand');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await stage.harness.interrupt!(stage.broker);
    await ack(delivery, { publish: [stage.message('follower')] });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'follower');
    await stage.expectNothing(consumer);
  });

  scenario('loses nothing of what it took, and doubles no job', { needs: ['jobIds'] }, async (stage) => {
    const consumer = await stage.consumer();
    const sent = Array.from({ length: 20 }, (_, number) => `job ${number}`);
    const publishing = Promise.allSettled(sent.map((id) => stage.broker.publish([stage.job(id)])));
    await stage.harness.interrupt!(stage.broker);
    const results = await publishing;
    const taken = sent.filter((_, index) => results[index]!.status === 'fulfilled');
    const received = texts(await stage.receive(consumer, taken.length));
    received.push(...texts(await consumer.receive(sent.length, { wait: false })));
    assert.equal(new Set(received).size, received.length, 'jobs delivered twice');
    assert.deepEqual(
      taken.filter((id) => !received.includes(id)),
      [],
      'jobs lost',
    );
  });
}
