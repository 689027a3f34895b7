import assert from 'node:assert/strict';
import type { JobPlace } from '../../broker/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { expectTaken } from '../refusals.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { type Stage, textOf } from '../stage.js';

const needs = ['jobIds'] as const;

/** A job whose result goes to a bucket of another id is known by that id, too. */
export function aliases(scenario: Scenario): void {
  scenario('finds a job by the bucket that its result goes to', { needs }, async (stage) => {
    await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
    const place: JobPlace = { channel: stage.channel, jobId: stage.id('job'), location: 'queued' };
    assert.deepEqual(await stage.broker.locate(stage.id('result')), place);
    const inspection = await stage.broker.inspect(stage.id('result'));
    assert.equal(inspection?.jobId, stage.id('job'));
    assert.equal(textOf(inspection), 'job');
    assert.equal((await stage.broker.cancel(stage.id('result')))?.jobId, stage.id('job'));
    assert.equal(await stage.locationOf('job'), undefined);
    assert.equal(await stage.locationOf('result'), undefined);
  });

  for (const [title, second] of TAKERS) {
    scenario(`refuses ${title}, on any channel`, { needs }, async (stage) => {
      await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
      const takenBy = { channel: stage.channel, jobId: stage.id('job'), location: 'queued' } as const;
      for (const channel of [stage.channel, stage.anotherChannel()]) {
        await expectTaken(stage, [second(stage, channel)], { channel, takenBy });
      }
    });

    scenario(`refuses ${title}, in one call`, { needs }, async (stage) => {
      const batch = [stage.jobWithResult('job', {}, 'result'), second(stage, stage.anotherChannel())];
      await expectTaken(stage, batch, { takenBy: 'same-call' });
      await expectTaken(stage, batch.toReversed(), { takenBy: 'same-call' });
      assert.equal(await stage.locationOf('job'), undefined);
    });
  }

  scenario('says which id is taken: that of the bucket', { needs }, async (stage) => {
    await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
    await expectTaken(stage, [stage.jobWithResult('other', {}, 'result')], { id: stage.id('result') });
  });

  scenario('takes a bucket that is the id of the job itself', { needs }, async (stage) => {
    await stage.broker.publish([{ ...stage.job('job'), resultId: stage.id('job') }]);
    assert.equal(await stage.locationOf('job'), 'queued');
    await ack(await stage.receiveOne(await stage.consumer()));
    await stage.broker.publish([stage.job('job')]);
  });

  for (const [outcome, end] of [
    ['ack', ack],
    ['nack', nack],
  ] as const) {
    scenario(`frees the id of the bucket with ${outcome}`, { needs }, async (stage) => {
      await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
      await end(await stage.receiveOne(await stage.consumer()), 'over' as never);
      assert.equal(await stage.locationOf('result'), undefined);
      await stage.broker.publish([stage.job('result'), stage.job('job')]);
    });
  }

  scenario(
    'keeps the id of the bucket while the job goes back to its channel',
    { needs: ['jobIds', 'delay'] },
    async (stage) => {
      await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
      const consumer = await stage.consumer();
      await reject(await stage.receiveOne(consumer));
      await expectTaken(stage, [stage.job('result')], { id: stage.id('result') });
      await retry(await stage.receiveOne(consumer), 60_000);
      await expectTaken(stage, [stage.job('result')], { id: stage.id('result') });
      assert.equal(await stage.locationOf('result'), 'delayed');
    },
  );

  scenario('finds by the id of a job that has delegated the job that it delegated to', { needs }, async (stage) => {
    const elsewhere = stage.anotherChannel();
    await stage.broker.publish([stage.jobWithResult('parent')]);
    const child = stage.jobWithResult('child', { channel: elsewhere }, 'parent');
    await ack(await stage.receiveOne(await stage.consumer()), { publish: [child] });
    const place: JobPlace = { channel: elsewhere, jobId: stage.id('child'), location: 'queued' };
    assert.deepEqual(await stage.broker.locate(stage.id('parent')), place);
    await expectTaken(stage, [stage.job('parent')], { id: stage.id('parent'), takenBy: place });
  });

  scenario('leaves out a follower whose bucket is that of a job that is there', { needs }, async (stage) => {
    await stage.broker.publish([stage.message('first'), stage.jobWithResult('job', {}, 'result')]);
    const consumer = await stage.consumer();
    const [first] = await stage.receive(consumer, 2);
    const publish = [stage.jobWithResult('other', {}, 'result'), stage.job('result'), stage.job('free')];
    await ack(first!, { publish });
    assert.equal(textOf(await stage.receiveOne(consumer)), 'free');
    await stage.expectNothing(consumer);
    assert.equal(await stage.locationOf('other'), undefined);
  });
}

type MakeTaker = (stage: Stage, channel: string) => OutgoingMessage;

/** What a second job may not have, where the first is "job" and its result goes to "result". */
const TAKERS: readonly (readonly [string, MakeTaker])[] = [
  ['the id of the bucket for another job', (stage, channel) => stage.job('result', { channel })],
  ['the bucket for the result of another job', (stage, channel) => stage.jobWithResult('other', { channel }, 'result')],
  ['the id of the job for the result of another', (stage, channel) => stage.jobWithResult('other', { channel }, 'job')],
];
