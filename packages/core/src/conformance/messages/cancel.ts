import assert from 'node:assert/strict';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, retry } from '../settlements.js';
import { textOf, texts } from '../fixture.js';

const needs = ['jobIds'] as const;

const exception = 'CancelledError: Enough.';

/** Finding jobs by id, and cancelling them. */
export function cancelling(scenario: Scenario): void {
  scenario('reports the state of a job until it ends', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    assert.equal(await fixture.locationOf('job'), undefined);
    await fixture.broker.publish([fixture.job('job', { delay: 1_000 })]);
    assert.equal(await fixture.locationOf('job'), 'delayed');
    const received = fixture.receiveOne(await fixture.consumer());
    await fixture.pass(1_000);
    const delivery = await received;
    assert.equal(await fixture.locationOf('job'), 'running');
    await ack(delivery);
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('finds a queued job', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    assert.equal(await fixture.locationOf('job'), 'queued');
  });

  scenario('does not find a dead-lettered job', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('removes a queued job, returns it, and frees its id', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('one'), fixture.job('two'), fixture.job('three')]);
    const cancelled = await fixture.broker.cancel(fixture.id('two'));
    assert.equal(cancelled?.location, 'queued');
    assert.equal(cancelled.channel, fixture.channel);
    assert.equal(cancelled.jobId, fixture.id('two'));
    assert.equal(textOf(cancelled), 'two');
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 2)), ['one', 'three']);
    await fixture.broker.publish([fixture.job('two', { channel: fixture.anotherChannel() })]);
  });

  scenario('removes a delayed job, and frees its id', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job', { delay: 500 })]);
    assert.equal((await fixture.broker.cancel(fixture.id('job')))?.location, 'delayed');
    await fixture.pass(501);
    await fixture.expectNothing(await fixture.consumer());
    await fixture.broker.publish([fixture.job('job')]);
  });

  scenario('removes a job that waits for a retry', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    const consumer = await fixture.consumer();
    await retry(await fixture.receiveOne(consumer), 500);
    assert.equal((await fixture.broker.cancel(fixture.id('job')))?.location, 'delayed');
    await fixture.pass(501);
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('returns undefined for a job that never existed or has ended', { needs }, async (fixture) => {
    assert.equal(await fixture.broker.cancel(fixture.id('nobody')), undefined);
    await fixture.broker.publish([fixture.job('job')]);
    await fixture.broker.cancel(fixture.id('job'));
    assert.equal(await fixture.broker.cancel(fixture.id('job')), undefined);
  });

  scenario("stores the result in the bucket that the job's headers name", { needs }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    await fixture.broker.publish([fixture.jobWithResult('job'), fixture.jobWithResult('other', {}, 'result')]);
    for (const [job, result] of [
      ['job', 'job'],
      ['other', 'result'],
    ] as const) {
      await fixture.broker.cancel(fixture.id(job), { result: { into, exception } });
      const { success, cancelled, exception: actual } = await readResult(fixture, into, result);
      assert.deepEqual({ success, cancelled, actual }, { success: false, cancelled: true, actual: exception });
    }
    assert.deepEqual(await into.get([fixture.id('other')]), [undefined]);
  });

  scenario(
    'stores no result for a job whose headers name none, or for one that does not exist',
    { needs },
    async (fixture) => {
      const into = await fixture.transactionalBuckets();
      if (!into) return;
      await fixture.broker.publish([fixture.job('job')]);
      await fixture.broker.cancel(fixture.id('job'), { result: { into, exception } });
      await fixture.broker.cancel(fixture.id('nobody'), { result: { into, exception } });
      assert.deepEqual(await into.get([fixture.id('job'), fixture.id('nobody')]), [undefined, undefined]);
    },
  );

  scenario('keeps the first result when it is cancelled twice', { needs }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    await fixture.broker.publish([fixture.jobWithResult('job')]);
    await fixture.broker.cancel(fixture.id('job'), { result: { into, exception } });
    await fixture.broker.cancel(fixture.id('job'), { result: { into, exception: 'CancelledError: Again.' } });
    assert.equal((await readResult(fixture, into, 'job')).exception, exception);
  });

  scenario(
    'notifies the jobs that wait for a cancelled job',
    { needs: ['jobIds', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const channel = fixture.anotherChannel();
      await fixture.broker.publish([
        fixture.jobWithResult('job'),
        waitingJob(fixture, into, 'after', ['job'], { channel }),
        waitingJob(fixture, into, 'fallback', ['job'], { channel, condition: 'failure' }),
      ]);
      await fixture.broker.cancel(fixture.id('job'), { result: { into, exception } });
      assert.equal(textOf(await fixture.receiveOne(await fixture.consumer({ channels: [channel] }))), 'fallback');
      const skipped = await readResult(fixture, into, 'after');
      assert.equal(skipped.skipped, true);
      assert.match(skipped.exception, / Root cause: "act" \(.*job\) failed: CancelledError: Enough\.$/);
    },
  );

  scenario(
    'cancels a waiting job, and skips the jobs that wait for it',
    { needs: ['jobIds', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      await fixture.broker.publish([
        waitingJob(fixture, into, 'second', ['first']),
        waitingJob(fixture, into, 'third', ['second']),
      ]);
      const cancelled = await fixture.broker.cancel(fixture.id('second'), { result: { into, exception } });
      assert.equal(cancelled?.location, 'waiting');
      assert.match((await readResult(fixture, into, 'third')).exception, /which failed/);
      assert.equal(await fixture.locationOf('second'), undefined);
      await into.store([
        { id: fixture.id('first'), body: '{"success":true,"timestamp":1}', ttl: 60_000, success: true },
      ]);
      await fixture.expectNothing(await fixture.consumer());
    },
  );
}
