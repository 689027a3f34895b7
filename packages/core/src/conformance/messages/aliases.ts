import assert from 'node:assert/strict';
import type { JobPlace } from '../../broker/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { expectTaken } from '../taken-ids.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { type BrokerFixture, textOf } from '../fixture.js';

const needs = ['jobIds'] as const;

/** A job whose result bucket has another id can be found by that id, too. */
export function aliases(scenario: Scenario): void {
  scenario('finds a job by the id of its result bucket', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
    const place: JobPlace = { channel: fixture.channel, jobId: fixture.id('job'), location: 'queued' };
    assert.deepEqual(await fixture.broker.locate(fixture.id('result')), place);
    const inspection = await fixture.broker.inspect(fixture.id('result'));
    assert.equal(inspection?.jobId, fixture.id('job'));
    assert.equal(textOf(inspection), 'job');
    assert.equal((await fixture.broker.cancel(fixture.id('result')))?.jobId, fixture.id('job'));
    assert.equal(await fixture.locationOf('job'), undefined);
    assert.equal(await fixture.locationOf('result'), undefined);
  });

  for (const [title, second] of TAKERS) {
    scenario(`refuses ${title}, on any channel`, { needs }, async (fixture) => {
      await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
      const takenBy = { channel: fixture.channel, jobId: fixture.id('job'), location: 'queued' } as const;
      for (const channel of [fixture.channel, fixture.anotherChannel()]) {
        await expectTaken(fixture, [second(fixture, channel)], { channel, takenBy });
      }
    });

    scenario(`refuses ${title}, in one call`, { needs }, async (fixture) => {
      const batch = [fixture.jobWithResult('job', {}, 'result'), second(fixture, fixture.anotherChannel())];
      await expectTaken(fixture, batch, { takenBy: 'same-call' });
      await expectTaken(fixture, batch.toReversed(), { takenBy: 'same-call' });
      assert.equal(await fixture.locationOf('job'), undefined);
    });
  }

  scenario("reports the id that is taken: the bucket's", { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
    await expectTaken(fixture, [fixture.jobWithResult('other', {}, 'result')], { id: fixture.id('result') });
  });

  scenario('accepts a result bucket with the id of the job', { needs }, async (fixture) => {
    await fixture.broker.publish([{ ...fixture.job('job'), resultId: fixture.id('job') }]);
    assert.equal(await fixture.locationOf('job'), 'queued');
    await ack(await fixture.receiveOne(await fixture.consumer()));
    await fixture.broker.publish([fixture.job('job')]);
  });

  for (const [outcome, end] of [
    ['ack', ack],
    ['nack', nack],
  ] as const) {
    scenario(`frees the id of the bucket with ${outcome}`, { needs }, async (fixture) => {
      await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
      await end(await fixture.receiveOne(await fixture.consumer()), 'over' as never);
      assert.equal(await fixture.locationOf('result'), undefined);
      await fixture.broker.publish([fixture.job('result'), fixture.job('job')]);
    });
  }

  scenario(
    'keeps the id of the bucket while the job returns to its channel',
    { needs: ['jobIds', 'delay'] },
    async (fixture) => {
      await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
      const consumer = await fixture.consumer();
      await reject(await fixture.receiveOne(consumer));
      await expectTaken(fixture, [fixture.job('result')], { id: fixture.id('result') });
      await retry(await fixture.receiveOne(consumer), 60_000);
      await expectTaken(fixture, [fixture.job('result')], { id: fixture.id('result') });
      assert.equal(await fixture.locationOf('result'), 'delayed');
    },
  );

  scenario('finds the delegated job by the id of the job that delegated to it', { needs }, async (fixture) => {
    const elsewhere = fixture.anotherChannel();
    await fixture.broker.publish([fixture.jobWithResult('parent')]);
    const child = fixture.jobWithResult('child', { channel: elsewhere }, 'parent');
    await ack(await fixture.receiveOne(await fixture.consumer()), { publish: [child] });
    const place: JobPlace = { channel: elsewhere, jobId: fixture.id('child'), location: 'queued' };
    assert.deepEqual(await fixture.broker.locate(fixture.id('parent')), place);
    await expectTaken(fixture, [fixture.job('parent')], { id: fixture.id('parent'), takenBy: place });
  });

  scenario('leaves out a follower whose result bucket belongs to a held job', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.message('first'), fixture.jobWithResult('job', {}, 'result')]);
    const consumer = await fixture.consumer();
    const [first] = await fixture.receive(consumer, 2);
    const publish = [fixture.jobWithResult('other', {}, 'result'), fixture.job('result'), fixture.job('free')];
    await ack(first!, { publish });
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'free');
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('other'), undefined);
  });
}

type MakeTaker = (fixture: BrokerFixture, channel: string) => OutgoingMessage;

/** What a second job must not have, if the first one is "job" and its result bucket is "result". */
const TAKERS: readonly (readonly [string, MakeTaker])[] = [
  ['the id of the bucket for another job', (fixture, channel) => fixture.job('result', { channel })],
  [
    'the bucket for the result of another job',
    (fixture, channel) => fixture.jobWithResult('other', { channel }, 'result'),
  ],
  [
    'the id of the job for the result of another',
    (fixture, channel) => fixture.jobWithResult('other', { channel }, 'job'),
  ],
];
