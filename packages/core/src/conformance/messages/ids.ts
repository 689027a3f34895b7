import assert from 'node:assert/strict';
import type { Delivery, JobLocation } from '../../broker/index.js';
import { DuplicateJobError } from '../../errors/index.js';
import { expectTaken } from '../refusals.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { type Stage, texts } from '../stage.js';

const needs = ['jobIds'] as const;

/** A job's id is its own for as long as the job is there, on whatever channel. */
export function ids(scenario: Scenario): void {
  for (const [location, prepare] of PLACES) {
    const options = { needs: [...needs, 'delay', 'dependencies'] as const };
    scenario(`refuses an id that is ${location}, on any channel, and says where`, options, async (stage) => {
      await prepare(stage);
      const takenBy = { channel: stage.channel, jobId: stage.id('job'), location };
      const elsewhere = stage.anotherChannel();
      for (const channel of [stage.channel, elsewhere]) {
        await expectTaken(stage, [stage.job('job', { channel })], { id: stage.id('job'), channel, takenBy });
      }
      assert.equal(await stage.locationOf('job'), location);
    });
  }

  scenario('publishes none of a batch where one id is there already', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('taken')]);
    const batch = [stage.job('one', { channel: stage.anotherChannel() }), stage.job('taken'), stage.message('two')];
    await assert.rejects(stage.broker.publish(batch), DuplicateJobError);
    assert.deepEqual(texts(await (await stage.consumer()).receive(10, { wait: true })), ['taken']);
    assert.equal(await stage.locationOf('one'), undefined);
  });

  scenario('publishes none of a batch where an id stands twice, on one channel or two', { needs }, async (stage) => {
    for (const channel of [stage.channel, stage.anotherChannel()]) {
      const batch = [stage.job('one'), stage.job('twice'), stage.job('twice', { channel })];
      await expectTaken(stage, batch, { id: stage.id('twice'), channel, takenBy: 'same-call' });
    }
    await stage.expectNothing(await stage.consumer());
    await stage.broker.publish([stage.job('one'), stage.job('twice')]);
  });

  scenario('frees the id with ack, for any channel', { needs }, async (stage) => {
    await runJob(stage, ack);
    await stage.broker.publish([stage.job('job', { channel: stage.anotherChannel() })]);
    await expectTaken(stage, [stage.job('job')]);
  });

  scenario('frees the id with nack', { needs }, async (stage) => {
    await runJob(stage, (delivery) => nack(delivery, 'spoilt'));
    await stage.broker.publish([stage.job('job')]);
  });

  scenario('keeps the id with reject', { needs }, async (stage) => {
    await runJob(stage, reject);
    await expectTaken(stage, [stage.job('job')]);
  });

  scenario('keeps the id while a retry waits', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await runJob(stage, (delivery) => retry(delivery, 60_000));
    await expectTaken(stage, [stage.job('job')]);
  });

  scenario('finds a job by its id alone, and says on which channel it is', { needs }, async (stage) => {
    const channel = stage.anotherChannel();
    await stage.broker.publish([stage.job('here'), stage.job('there', { channel })]);
    const place = await stage.broker.locate(stage.id('there'));
    assert.deepEqual(place, { channel, jobId: stage.id('there'), location: 'queued' });
    const inspection = await stage.broker.inspect(stage.id('there'));
    assert.equal(inspection?.channel, channel);
    assert.equal(inspection.message.channel, channel);
    assert.equal((await stage.broker.cancel(stage.id('there')))?.channel, channel);
    assert.equal(await stage.locationOf('here'), 'queued');
  });

  scenario('gives each delivery an id of its own, which is never used again', async (stage) => {
    const channels = [stage.channel, stage.anotherChannel()];
    const seen = new Set<string>();
    for (const round of [1, 2, 3]) {
      const batch = channels.flatMap((channel) => ['a', 'b'].map((text) => stage.message(text, { channel })));
      await stage.broker.publish(batch);
      const consumer = await stage.consumer({ channels });
      for (const delivery of await stage.receive(consumer, batch.length)) {
        seen.add(`${delivery.message.channel} ${delivery.priority} ${delivery.id}`);
        await ack(delivery);
      }
      await consumer.close();
      assert.equal(seen.size, round * batch.length);
      if (stage.broker.capabilities.administration) await stage.broker.channels.delete(stage.channel);
    }
  });
}

/** How a job comes to be where it is. */
const PLACES: readonly (readonly [JobLocation, (stage: Stage) => Promise<unknown>])[] = [
  ['queued', (stage) => stage.broker.publish([stage.job('job')])],
  ['delayed', (stage) => stage.broker.publish([stage.job('job', { delay: 60_000 })])],
  [
    'running',
    async (stage) => {
      await stage.broker.publish([stage.job('job')]);
      await stage.receiveOne(await stage.consumer());
    },
  ],
  [
    'waiting',
    async (stage) => {
      await stage.joinedBuckets();
      const on = [{ bucketId: stage.id('never'), condition: 'success' }] as const;
      await stage.broker.publish([stage.job('job', { waits: { on, timeout: 60_000 } })]);
    },
  ],
];

async function runJob(stage: Stage, end: (delivery: Delivery) => Promise<void>): Promise<void> {
  await stage.broker.publish([stage.job('job')]);
  await end(await stage.receiveOne(await stage.consumer()));
}
