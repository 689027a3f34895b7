import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { type Stage, textOf } from '../stage.js';

const needs = ['administration'] as const;

/** Emptying channels. */
export function removing(scenario: Scenario): void {
  scenario('purges what is queued, and counts it', { needs }, async (stage) => {
    await stage.publish('a', 'b');
    assert.equal(await stage.broker.channels.purge(stage.channel), 2);
    await stage.expectNothing(await stage.consumer());
    assert.equal(await stage.broker.channels.purge(stage.channel), 0);
  });

  scenario(
    'purges every priority and what is delayed',
    { needs: ['administration', 'priority', 'delay'] },
    async (stage) => {
      const mores = [{ priority: 'high' }, { priority: 'low' }, { delay: 60_000 }] as const;
      await stage.broker.publish(mores.map((more) => stage.message('away', more)));
      assert.equal(await stage.broker.channels.purge(stage.channel), 3);
      const { queued, delayed } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual({ queued, delayed }, { queued: 0, delayed: 0 });
    },
  );

  scenario('frees the ids of what it purges', { needs: ['administration', 'jobIds', 'delay'] }, async (stage) => {
    const jobs = [stage.job('queued'), stage.job('delayed', { delay: 60_000 })];
    await stage.broker.publish(jobs);
    await stage.broker.channels.purge(stage.channel);
    assert.equal(await stage.broker.locate('queued'), undefined);
    await stage.broker.publish(jobs);
  });

  scenario(
    'purges neither what is in hand nor dead letters',
    { needs: ['administration', 'deadLetters'] },
    async (stage) => {
      await stage.publish('spoilt', 'in hand', 'queued');
      const [spoilt, inHand] = await stage.receive(await stage.consumer(), 2);
      await nack(spoilt!, 'spoilt');
      assert.equal(await stage.broker.channels.purge(stage.channel), 1);
      const { running, deadLetters } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual({ running, deadLetters }, { running: 1, deadLetters: 1 });
      await ack(inHand!);
    },
  );

  scenario(
    'deletes a channel with all that is in it',
    { needs: ['administration', 'deadLetters', 'jobIds', 'delay'] },
    async (stage) => {
      const inHand = await fill(stage);
      await stage.broker.channels.delete(stage.channel);
      const empty = { queued: 0, delayed: 0, waiting: 0, running: 0, deadLetters: 0, paused: false };
      const { consumers: _, ...stats } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual(stats, empty);
      assert.equal(await stage.broker.locate('delayed'), undefined);
      await assert.rejects(ack(inHand, { publish: [stage.message('never')] }), LostOwnershipError);
      await stage.expectNothing(await stage.consumer());
    },
  );

  scenario(
    'makes a deleted channel anew for a consumer that waits for it',
    { needs: ['administration', 'deadLetters'] },
    async (stage) => {
      const consumer = await stage.consumer();
      await stage.publish('spoilt');
      await nack(await stage.receiveOne(consumer), 'spoilt');
      const next = stage.receiveOne(consumer);
      await stage.broker.channels.pause(stage.channel);
      await stage.broker.channels.delete(stage.channel);
      await stage.publish('after');
      assert.equal(textOf(await next), 'after');
      assert.deepEqual(await stage.broker.channels.deadLetters(stage.channel, 10), []);
    },
  );

  scenario('deletes a channel that is not there', { needs }, async (stage) => {
    await stage.broker.channels.delete(stage.channel);
  });
}

/** Something in every place of the channel; answers the delivery in hand. */
async function fill(stage: Stage) {
  await stage.publish('spoilt', 'in hand', 'queued');
  await stage.broker.publish([stage.job('delayed', { delay: 60_000 })]);
  const [spoilt, inHand] = await stage.receive(await stage.consumer(), 2);
  await nack(spoilt!, 'spoilt');
  await stage.broker.channels.pause(stage.channel);
  return inHand!;
}
