import assert from 'node:assert/strict';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, retry } from '../settlements.js';
import { textOf, texts } from '../fixture.js';

const needs = ['jobIds'] as const;

const exception = 'CancelledError: Enough.';

/** Finding jobs by their ids, and calling them off. */
export function cancelling(scenario: Scenario): void {
  scenario('tells where a job is, to its end', { needs: ['jobIds', 'delay'] }, async (fixture) => {
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

  scenario('does not find a job that was given up', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    await nack(await fixture.receiveOne(await fixture.consumer()), 'spoilt');
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('takes a queued job away, tells what it was, and frees its id', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('one'), fixture.job('two'), fixture.job('three')]);
    const cancelled = await fixture.broker.cancel(fixture.id('two'));
    assert.equal(cancelled?.location, 'queued');
    assert.equal(cancelled.channel, fixture.channel);
    assert.equal(cancelled.jobId, fixture.id('two'));
    assert.equal(textOf(cancelled), 'two');
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 2)), ['one', 'three']);
    await fixture.broker.publish([fixture.job('two', { channel: fixture.anotherChannel() })]);
  });

  scenario('takes a delayed job away, and frees its id', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job', { delay: 500 })]);
    assert.equal((await fixture.broker.cancel(fixture.id('job')))?.location, 'delayed');
    await fixture.pass(501);
    await fixture.expectNothing(await fixture.consumer());
    await fixture.broker.publish([fixture.job('job')]);
  });

  scenario('takes a job away that is to be retried', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    const consumer = await fixture.consumer();
    await retry(await fixture.receiveOne(consumer), 500);
    assert.equal((await fixture.broker.cancel(fixture.id('job')))?.location, 'delayed');
    await fixture.pass(501);
    await fixture.expectNothing(consumer);
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('returns nothing for a job that is not there, or not any more', { needs }, async (fixture) => {
    assert.equal(await fixture.broker.cancel(fixture.id('nobody')), undefined);
    await fixture.broker.publish([fixture.job('job')]);
    await fixture.broker.cancel(fixture.id('job'));
    assert.equal(await fixture.broker.cancel(fixture.id('job')), undefined);
  });

  scenario('stores the result where the headers of the job name it', { needs }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    await fixture.broker.publish([fixture.jobWithResult('job'), fixture.jobWithResult('other', {}, 'result')]);
    for (const [job, result] of [
      ['job', 'job'],
      ['other', 'result'],
    ] as const) {
      await fixture.broker.cancel(fixture.id(job), { result: { into, exception } });
      const { success, cancelled, exception: told } = await readResult(fixture, into, result);
      assert.deepEqual({ success, cancelled, told }, { success: false, cancelled: true, told: exception });
    }
    assert.deepEqual(await into.get([fixture.id('other')]), [undefined]);
  });

  scenario(
    'stores no result for a job whose headers name none, nor for one that is not there',
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

  scenario('keeps the result that a second call would say otherwise', { needs }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    if (!into) return;
    await fixture.broker.publish([fixture.jobWithResult('job')]);
    await fixture.broker.cancel(fixture.id('job'), { result: { into, exception } });
    await fixture.broker.cancel(fixture.id('job'), { result: { into, exception: 'CancelledError: Again.' } });
    assert.equal((await readResult(fixture, into, 'job')).exception, exception);
  });

  scenario('tells who waits for a job that is cancelled', { needs: ['jobIds', 'dependencies'] }, async (fixture) => {
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
  });

  scenario(
    'cancels a waiting job, and skips who waits for it',
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
