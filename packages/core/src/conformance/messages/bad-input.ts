import assert from 'node:assert/strict';
import { RepidError } from '../../errors/index.js';
import type { OutgoingMessage, Priority } from '../../message/index.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { argsBucket, type Stage, textOf } from '../stage.js';

const needs = ['jobIds', 'delay', 'priority'] as const;

/** All or nothing: what is refused has changed nothing. */
export function badInput(scenario: Scenario): void {
  for (const [title, spoil] of BAD) {
    scenario(`refuses ${title}, and publishes, stores and clears nothing of that call`, { needs }, async (stage) => {
      const into = await stage.joinedBuckets();
      const good = goodMessages(stage, into);
      const bad = await spoil(stage);
      if (bad === undefined) return;
      await assert.rejects(stage.broker.publish([...good, bad]), RepidError);
      await expectUntouched(stage, into);
      await stage.broker.publish(good);
    });

    scenario(
      `refuses a settlement with ${title} among its followers, and commits nothing of it`,
      { needs: [...needs, 'atomicSettlement'] },
      async (stage) => {
        const into = await stage.joinedBuckets();
        const bad = await spoil(stage);
        if (bad === undefined) return;
        await stage.publish('first');
        const consumer = await stage.consumer();
        const delivery = await stage.receiveOne(consumer);
        await assert.rejects(ack(delivery, { publish: [...goodMessages(stage, into), bad] }), RepidError);
        await expectUntouched(stage, into);
        assert.deepEqual(await consumer.extend([delivery]), []);
        await ack(delivery, { publish: goodMessages(stage, into) });
        assert.equal(await stage.locationOf('good'), 'queued');
      },
    );
  }

  scenario('keeps a delivery whose settlement was refused, to be settled otherwise', async (stage) => {
    await stage.publish('first');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    const outcome = { type: 'retry', headers: delivery.message.headers, delay: NaN } as const;
    await assert.rejects(delivery.settle({ outcome }), RepidError);
    await ack(delivery, { publish: [stage.message('second')] });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'second');
    await stage.expectNothing(consumer);
  });
}

type Spoil = (stage: Stage) => Promise<OutgoingMessage | undefined>;

const BAD: readonly (readonly [string, Spoil])[] = [
  ['a channel that is no name', async (stage) => stage.message('bad', { channel: 'no name!' })],
  ['a priority that there is not', async (stage) => stage.message('bad', { priority: 'urgent' as Priority })],
  ['a time that is no number', async (stage) => stage.message('bad', { dueAt: NaN })],
  ['a delay without an end', async (stage) => stage.message('bad', { delay: Infinity })],
  ['an id without a letter', async (stage) => stage.message('bad', { id: '' })],
  [
    'a bucket that lies elsewhere',
    async (stage) => {
      const into = await stage.unjoinedBuckets();
      return into && stage.message('bad', { buckets: [{ ...argsBucket(), into }] });
    },
  ],
];

type Buckets = Awaited<ReturnType<Stage['joinedBuckets']>>;

function goodMessages(stage: Stage, into: Buckets): OutgoingMessage[] {
  const args = into && [{ ...argsBucket({ id: stage.id('args') }), into }];
  return [stage.job('good', { buckets: args }), stage.job('later', { delay: 60_000 })];
}

async function expectUntouched(stage: Stage, into: Buckets): Promise<void> {
  assert.equal(await stage.locationOf('good'), undefined);
  assert.equal(await stage.locationOf('later'), undefined);
  if (into) assert.deepEqual(await into.get([stage.id('args')]), [undefined]);
}
