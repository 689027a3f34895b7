import assert from 'node:assert/strict';
import type { Delivery } from '../../broker/index.js';
import { DuplicateJobError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { type Stage, texts, uniqueName } from '../stage.js';

const needs = ['jobIds'] as const;

/** A job's id is its own for as long as the job is there. */
export function ids(scenario: Scenario): void {
  scenario('refuses an id that is queued', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    await expectTaken(stage, 'job');
  });

  scenario('refuses an id that is delayed', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await stage.broker.publish([stage.job('job', { delay: 60_000 })]);
    await expectTaken(stage, 'job');
  });

  scenario('refuses an id that is running', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    await stage.receiveOne(await stage.consumer());
    await expectTaken(stage, 'job');
  });

  scenario('publishes none of a batch where one id is there already', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('taken')]);
    await assert.rejects(
      stage.broker.publish([stage.job('one'), stage.job('taken'), stage.message('two')]),
      DuplicateJobError,
    );
    assert.deepEqual(texts(await (await stage.consumer()).receive(10, { wait: true })), ['taken']);
    assert.equal(await stage.broker.locate('one'), undefined);
  });

  scenario('publishes none of a batch where an id stands twice', { needs }, async (stage) => {
    await assert.rejects(
      stage.broker.publish([stage.job('one'), stage.job('twice'), stage.job('twice')]),
      DuplicateJobError,
    );
    await stage.expectNothing(await stage.consumer());
    await stage.broker.publish([stage.job('one'), stage.job('twice')]);
  });

  scenario('refuses an id that is taken on another channel, and names that', { needs }, async (stage) => {
    const elsewhere = uniqueName('channel');
    await stage.broker.publish([stage.job('job')]);
    await assert.rejects(stage.broker.publish([stage.job('job', { channel: elsewhere })]), (problem: unknown) => {
      assert.ok(problem instanceof DuplicateJobError);
      assert.deepEqual(problem.takenBy, { channel: stage.channel, jobId: 'job', location: 'queued' });
      return true;
    });
  });

  scenario('frees the id with ack', { needs }, async (stage) => {
    await runJob(stage, ack);
    await stage.broker.publish([stage.job('job')]);
  });

  scenario('frees the id with nack', { needs }, async (stage) => {
    await runJob(stage, (delivery) => nack(delivery, 'spoilt'));
    await stage.broker.publish([stage.job('job')]);
  });

  scenario('keeps the id with reject', { needs }, async (stage) => {
    await runJob(stage, reject);
    await expectTaken(stage, 'job');
  });

  scenario('keeps the id while a retry waits', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await runJob(stage, (delivery) => retry(delivery, 60_000));
    await expectTaken(stage, 'job');
  });
}

async function runJob(stage: Stage, end: (delivery: Delivery) => Promise<void>): Promise<void> {
  await stage.broker.publish([stage.job('job')]);
  await end(await stage.receiveOne(await stage.consumer()));
}

async function expectTaken(stage: Stage, jobId: string): Promise<void> {
  await assert.rejects(stage.broker.publish([stage.job(jobId)]), (problem: unknown) => {
    assert.ok(problem instanceof DuplicateJobError, `DuplicateJobError, got ${String(problem)}`);
    assert.equal(problem.jobId, jobId);
    assert.equal(problem.channel, stage.channel);
    return true;
  });
}
