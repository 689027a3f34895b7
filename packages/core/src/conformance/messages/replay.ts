import assert from 'node:assert/strict';
import type { DeadLetter } from '../../broker/index.js';
import type { OutgoingMessage } from '../../message/index.js';
import { waitingJob } from '../dependents.js';
import { expectTaken } from '../refusals.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { bucket, type Stage, texts } from '../stage.js';

const needs = ['deadLetters', 'jobIds'] as const;

/** Replay says what it did, and why not, by letter. */
export function replaying(scenario: Scenario): void {
  scenario('says of each letter that it was put back, and which job it is', { needs }, async (stage) => {
    const letters = await giveUp(stage, stage.job('job'), stage.message('bare'));
    const report = await stage.broker.channels.replayDeadLetters(stage.channel);
    assert.equal(report.replayed, 2);
    assert.deepEqual(
      report.letters.map(({ id, outcome, jobId }) => ({ id, outcome, jobId })),
      [
        { id: letters[0]!.id, outcome: 'replayed', jobId: stage.id('job') },
        { id: letters[1]!.id, outcome: 'replayed', jobId: undefined },
      ],
    );
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 2)), ['job', 'bare']);
  });

  scenario('says which letters are not there', { needs }, async (stage) => {
    const [letter] = await giveUp(stage, stage.job('job'));
    const ids = ['no-such-letter', letter!.id];
    const { replayed, letters } = await stage.broker.channels.replayDeadLetters(stage.channel, { ids });
    assert.equal(replayed, 1);
    assert.deepEqual(
      letters.map(({ id, outcome }) => [id, outcome]),
      [
        ['no-such-letter', 'not-found'],
        [letter!.id, 'replayed'],
      ],
    );
  });

  scenario('leaves a letter whose id is taken, on whatever channel, and says where', { needs }, async (stage) => {
    const [letter] = await giveUp(stage, stage.job('job'));
    const channel = stage.anotherChannel();
    await stage.broker.publish([stage.job('job', { channel })]);
    const place = { channel, jobId: stage.id('job'), location: 'queued' } as const;
    const report = await stage.broker.channels.replayDeadLetters(stage.channel);
    assert.deepEqual(report, {
      replayed: 0,
      letters: [{ id: letter!.id, outcome: 'job-exists', jobId: stage.id('job'), place }],
    });
    assert.equal((await lettersOf(stage)).length, 1);
    await stage.expectNothing(await stage.consumer());
    await stage.broker.cancel(stage.id('job'));
    assert.equal((await stage.broker.channels.replayDeadLetters(stage.channel)).replayed, 1);
  });

  scenario('leaves a letter whose result goes where that of a job is to go', { needs }, async (stage) => {
    const [letter] = await giveUp(stage, stage.jobWithResult('job', {}, 'result'));
    await stage.broker.publish([stage.jobWithResult('other', {}, 'result')]);
    const { letters } = await stage.broker.channels.replayDeadLetters(stage.channel);
    const place = { channel: stage.channel, jobId: stage.id('other'), location: 'queued' } as const;
    assert.deepEqual(letters, [{ id: letter!.id, outcome: 'job-exists', jobId: stage.id('job'), place }]);
  });

  scenario('puts back one of two letters of the same job', { needs }, async (stage) => {
    const letters = [...(await giveUp(stage, stage.job('job'))), ...(await giveUp(stage, stage.job('job'))).slice(1)];
    const report = await stage.broker.channels.replayDeadLetters(stage.channel);
    assert.equal(report.replayed, 1);
    assert.deepEqual(
      report.letters.map(({ id, outcome, place }) => [id, outcome, place?.location]),
      [
        [letters[0]!.id, 'replayed', undefined],
        [letters[1]!.id, 'job-exists', 'queued'],
      ],
    );
    assert.equal((await lettersOf(stage)).length, 1);
  });

  scenario('takes the ids of a job again with what is put back', { needs }, async (stage) => {
    await giveUp(stage, stage.jobWithResult('job', {}, 'result'));
    await stage.broker.channels.replayDeadLetters(stage.channel);
    const takenBy = { channel: stage.channel, jobId: stage.id('job'), location: 'queued' } as const;
    const channel = stage.anotherChannel();
    for (const name of ['job', 'result']) await expectTaken(stage, [stage.job(name, { channel })], { takenBy });
  });

  scenario('counts towards the limit only what is put back', { needs }, async (stage) => {
    await giveUp(stage, stage.job('a'), stage.job('b'), stage.job('c'), stage.job('d'));
    await stage.broker.publish([stage.job('a')]);
    const { replayed, letters } = await stage.broker.channels.replayDeadLetters(stage.channel, { limit: 2 });
    assert.equal(replayed, 2);
    assert.deepEqual(
      letters.map(({ outcome }) => outcome),
      ['job-exists', 'replayed', 'replayed'],
    );
    assert.deepEqual(texts(await lettersOf(stage)), ['a', 'd']);
  });

  scenario(
    'leaves a letter whose result has yet to be read, where dependents are to come back',
    { needs: [...needs, 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const on = ['job', 'other'];
      const fallback = waitingJob(stage, into, 'fallback', on, {
        condition: 'settled',
        channel: stage.anotherChannel(),
      });
      await stage.broker.publish([fallback]);
      const result = { ...bucket({ id: stage.id('job'), success: false }), into };
      await stage.broker.publish([stage.jobWithResult('job')]);
      await nack(await stage.receiveOne(await stage.consumer()), 'spoilt', { bucket: result });
      const replay = () => stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true });
      const { replayed, letters } = await replay();
      assert.equal(replayed, 0);
      assert.deepEqual(
        letters.map(({ outcome, jobId }) => [outcome, jobId]),
        [['result-in-use', stage.id('job')]],
      );
      await into.store([bucket({ id: stage.id('other') })]);
      const reader = await stage.receiveOne(await stage.consumer({ channels: [fallback.channel] }));
      await ack(reader, { releases: on.map((name) => stage.id(name)) });
      assert.equal((await replay()).replayed, 1);
    },
  );
}

/** Publishes messages and gives them up, one after the other; returns all dead letters. */
async function giveUp(stage: Stage, ...messages: OutgoingMessage[]): Promise<readonly DeadLetter[]> {
  await stage.broker.publish(messages);
  const consumer = await stage.consumer();
  for (const delivery of await stage.receive(consumer, messages.length)) await nack(delivery, 'spoilt');
  await consumer.close();
  return lettersOf(stage);
}

function lettersOf(stage: Stage): Promise<readonly DeadLetter[]> {
  return stage.broker.channels.deadLetters(stage.channel, 100);
}
