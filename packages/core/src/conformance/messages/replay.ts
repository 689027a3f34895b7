import assert from 'node:assert/strict';
import type { DeadLetter } from '../../broker/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { waitingJob } from '../dependents.js';
import { expectTaken } from '../taken-ids.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { bucket, type BrokerFixture, texts } from '../fixture.js';

const needs = ['deadLetters', 'jobIds'] as const;

/** A replay reports the outcome of each dead letter. */
export function replaying(scenario: Scenario): void {
  scenario('reports for each dead letter that it was replayed, and its job', { needs }, async (fixture) => {
    const letters = await deadLetter(fixture, fixture.job('job'), fixture.message('bare'));
    const report = await fixture.broker.channels.replayDeadLetters(fixture.channel);
    assert.equal(report.replayed, 2);
    assert.deepEqual(
      report.letters.map(({ id, outcome, jobId }) => ({ id, outcome, jobId })),
      [
        { id: letters[0]!.id, outcome: 'replayed', jobId: fixture.id('job') },
        { id: letters[1]!.id, outcome: 'replayed', jobId: undefined },
      ],
    );
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 2)), ['job', 'bare']);
  });

  scenario('reports which dead letters do not exist', { needs }, async (fixture) => {
    const [letter] = await deadLetter(fixture, fixture.job('job'));
    const ids = ['no-such-letter', letter!.id];
    const { replayed, letters } = await fixture.broker.channels.replayDeadLetters(fixture.channel, { ids });
    assert.equal(replayed, 1);
    assert.deepEqual(
      letters.map(({ id, outcome }) => [id, outcome]),
      [
        ['no-such-letter', 'not-found'],
        [letter!.id, 'replayed'],
      ],
    );
  });

  scenario(
    'does not replay a dead letter whose id is taken, on any channel, and reports where',
    { needs },
    async (fixture) => {
      const [letter] = await deadLetter(fixture, fixture.job('job'));
      const channel = fixture.anotherChannel();
      await fixture.broker.publish([fixture.job('job', { channel })]);
      const place = { channel, jobId: fixture.id('job'), location: 'queued' } as const;
      const report = await fixture.broker.channels.replayDeadLetters(fixture.channel);
      assert.deepEqual(report, {
        replayed: 0,
        letters: [{ id: letter!.id, outcome: 'job-exists', jobId: fixture.id('job'), place }],
      });
      assert.equal((await lettersOf(fixture)).length, 1);
      await fixture.expectNothing(await fixture.consumer());
      await fixture.broker.cancel(fixture.id('job'));
      assert.equal((await fixture.broker.channels.replayDeadLetters(fixture.channel)).replayed, 1);
    },
  );

  scenario('does not replay a dead letter whose result bucket belongs to a held job', { needs }, async (fixture) => {
    const [letter] = await deadLetter(fixture, fixture.jobWithResult('job', {}, 'result'));
    await fixture.broker.publish([fixture.jobWithResult('other', {}, 'result')]);
    const { letters } = await fixture.broker.channels.replayDeadLetters(fixture.channel);
    const place = { channel: fixture.channel, jobId: fixture.id('other'), location: 'queued' } as const;
    assert.deepEqual(letters, [{ id: letter!.id, outcome: 'job-exists', jobId: fixture.id('job'), place }]);
  });

  scenario('replays one of two dead letters of the same job', { needs }, async (fixture) => {
    const letters = [
      ...(await deadLetter(fixture, fixture.job('job'))),
      ...(await deadLetter(fixture, fixture.job('job'))).slice(1),
    ];
    const report = await fixture.broker.channels.replayDeadLetters(fixture.channel);
    assert.equal(report.replayed, 1);
    assert.deepEqual(
      report.letters.map(({ id, outcome, place }) => [id, outcome, place?.location]),
      [
        [letters[0]!.id, 'replayed', undefined],
        [letters[1]!.id, 'job-exists', 'queued'],
      ],
    );
    assert.equal((await lettersOf(fixture)).length, 1);
  });

  scenario('reserves the ids of a replayed job', { needs }, async (fixture) => {
    await deadLetter(fixture, fixture.jobWithResult('job', {}, 'result'));
    await fixture.broker.channels.replayDeadLetters(fixture.channel);
    const takenBy = { channel: fixture.channel, jobId: fixture.id('job'), location: 'queued' } as const;
    const channel = fixture.anotherChannel();
    for (const name of ['job', 'result']) await expectTaken(fixture, [fixture.job(name, { channel })], { takenBy });
  });

  scenario('counts only replayed dead letters towards the limit', { needs }, async (fixture) => {
    await deadLetter(fixture, fixture.job('a'), fixture.job('b'), fixture.job('c'), fixture.job('d'));
    await fixture.broker.publish([fixture.job('a')]);
    const { replayed, letters } = await fixture.broker.channels.replayDeadLetters(fixture.channel, { limit: 2 });
    assert.equal(replayed, 2);
    assert.deepEqual(
      letters.map(({ outcome }) => outcome),
      ['job-exists', 'replayed', 'replayed'],
    );
    assert.deepEqual(texts(await lettersOf(fixture)), ['a', 'd']);
  });

  scenario(
    'does not replay a dead letter whose result has yet to be read, with dependents',
    { needs: [...needs, 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const on = ['job', 'other'];
      const fallback = waitingJob(fixture, into, 'fallback', on, {
        condition: 'settled',
        channel: fixture.anotherChannel(),
      });
      await fixture.broker.publish([fallback]);
      const result = { ...bucket({ id: fixture.id('job'), success: false }), into };
      await fixture.broker.publish([fixture.jobWithResult('job')]);
      await nack(await fixture.receiveOne(await fixture.consumer()), 'broken', { bucket: result });
      const replay = () => fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true });
      const { replayed, letters } = await replay();
      assert.equal(replayed, 0);
      assert.deepEqual(
        letters.map(({ outcome, jobId }) => [outcome, jobId]),
        [['result-in-use', fixture.id('job')]],
      );
      await into.store([bucket({ id: fixture.id('other') })]);
      const reader = await fixture.receiveOne(await fixture.consumer({ channels: [fallback.channel] }));
      await ack(reader, { releases: on.map((name) => fixture.id(name)) });
      assert.equal((await replay()).replayed, 1);
    },
  );
}

/** Publishes messages and dead-letters them, one after the other; returns all dead letters. */
async function deadLetter(fixture: BrokerFixture, ...messages: OutgoingMessage[]): Promise<readonly DeadLetter[]> {
  await fixture.broker.publish(messages);
  const consumer = await fixture.consumer();
  for (const delivery of await fixture.receive(consumer, messages.length)) await nack(delivery, 'broken');
  await consumer.close();
  return lettersOf(fixture);
}

function lettersOf(fixture: BrokerFixture): Promise<readonly DeadLetter[]> {
  return fixture.broker.channels.deadLetters(fixture.channel, 100);
}
