import assert from 'node:assert/strict';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, retry } from '../settlements.js';
import { textOf, texts } from '../stage.js';

const needs = ['jobIds'] as const;

const exception = 'CancelledError: Enough.';

/** Finding jobs by their ids, and calling them off. */
export function cancelling(scenario: Scenario): void {
  scenario('tells where a job is, to its end', { needs: ['jobIds', 'delay'] }, async (stage) => {
    assert.equal(await stage.locationOf('job'), undefined);
    await stage.broker.publish([stage.job('job', { delay: 1_000 })]);
    assert.equal(await stage.locationOf('job'), 'delayed');
    const received = stage.receiveOne(await stage.consumer());
    await stage.pass(1_000);
    const delivery = await received;
    assert.equal(await stage.locationOf('job'), 'running');
    await ack(delivery);
    assert.equal(await stage.locationOf('job'), undefined);
  });

  scenario('finds a queued job', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    assert.equal(await stage.locationOf('job'), 'queued');
  });

  scenario('does not find a job that was given up', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
    assert.equal(await stage.locationOf('job'), undefined);
  });

  scenario('takes a queued job away, tells what it was, and frees its id', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('one'), stage.job('two'), stage.job('three')]);
    const cancelled = await stage.broker.cancel(stage.id('two'));
    assert.equal(cancelled?.location, 'queued');
    assert.equal(cancelled.channel, stage.channel);
    assert.equal(cancelled.jobId, stage.id('two'));
    assert.equal(textOf(cancelled), 'two');
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 2)), ['one', 'three']);
    await stage.broker.publish([stage.job('two', { channel: stage.anotherChannel() })]);
  });

  scenario('takes a delayed job away, and frees its id', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await stage.broker.publish([stage.job('job', { delay: 500 })]);
    assert.equal((await stage.broker.cancel(stage.id('job')))?.location, 'delayed');
    await stage.pass(501);
    await stage.expectNothing(await stage.consumer());
    await stage.broker.publish([stage.job('job')]);
  });

  scenario('takes a job away that is to be retried', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    const consumer = await stage.consumer();
    await retry(await stage.receiveOne(consumer), 500);
    assert.equal((await stage.broker.cancel(stage.id('job')))?.location, 'delayed');
    await stage.pass(501);
    await stage.expectNothing(consumer);
    assert.equal(await stage.locationOf('job'), undefined);
  });

  scenario('returns nothing for a job that is not there, or not any more', { needs }, async (stage) => {
    assert.equal(await stage.broker.cancel(stage.id('nobody')), undefined);
    await stage.broker.publish([stage.job('job')]);
    await stage.broker.cancel(stage.id('job'));
    assert.equal(await stage.broker.cancel(stage.id('job')), undefined);
  });

  scenario('stores the result where the headers of the job name it', { needs }, async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    await stage.broker.publish([stage.jobWithResult('job'), stage.jobWithResult('other', {}, 'result')]);
    for (const [job, result] of [
      ['job', 'job'],
      ['other', 'result'],
    ] as const) {
      await stage.broker.cancel(stage.id(job), { result: { into, exception } });
      const { success, cancelled, exception: told } = await readResult(stage, into, result);
      assert.deepEqual({ success, cancelled, told }, { success: false, cancelled: true, told: exception });
    }
    assert.deepEqual(await into.get([stage.id('other')]), [undefined]);
  });

  scenario(
    'stores no result for a job whose headers name none, nor for one that is not there',
    { needs },
    async (stage) => {
      const into = await stage.joinedBuckets();
      if (!into) return;
      await stage.broker.publish([stage.job('job')]);
      await stage.broker.cancel(stage.id('job'), { result: { into, exception } });
      await stage.broker.cancel(stage.id('nobody'), { result: { into, exception } });
      assert.deepEqual(await into.get([stage.id('job'), stage.id('nobody')]), [undefined, undefined]);
    },
  );

  scenario('keeps the result that a second call would say otherwise', { needs }, async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    await stage.broker.publish([stage.jobWithResult('job')]);
    await stage.broker.cancel(stage.id('job'), { result: { into, exception } });
    await stage.broker.cancel(stage.id('job'), { result: { into, exception: 'CancelledError: Again.' } });
    assert.equal((await readResult(stage, into, 'job')).exception, exception);
  });

  scenario('tells who waits for a job that is cancelled', { needs: ['jobIds', 'dependencies'] }, async (stage) => {
    const into = (await stage.joinedBuckets())!;
    const channel = stage.anotherChannel();
    await stage.broker.publish([
      stage.jobWithResult('job'),
      waitingJob(stage, into, 'after', ['job'], { channel }),
      waitingJob(stage, into, 'fallback', ['job'], { channel, condition: 'failure' }),
    ]);
    await stage.broker.cancel(stage.id('job'), { result: { into, exception } });
    assert.equal(textOf(await stage.receiveOne(await stage.consumer({ channels: [channel] }))), 'fallback');
    const skipped = await readResult(stage, into, 'after');
    assert.equal(skipped.skipped, true);
    assert.match(skipped.exception, / Root cause: "act" \(.*job\) failed: CancelledError: Enough\.$/);
  });

  scenario(
    'cancels a waiting job, and skips who waits for it',
    { needs: ['jobIds', 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      await stage.broker.publish([
        waitingJob(stage, into, 'second', ['first']),
        waitingJob(stage, into, 'third', ['second']),
      ]);
      const cancelled = await stage.broker.cancel(stage.id('second'), { result: { into, exception } });
      assert.equal(cancelled?.location, 'waiting');
      assert.match((await readResult(stage, into, 'third')).exception, /which failed/);
      assert.equal(await stage.locationOf('second'), undefined);
      await into.store([{ id: stage.id('first'), body: '{"success":true,"timestamp":1}', ttl: 60_000, success: true }]);
      await stage.expectNothing(await stage.consumer());
    },
  );
}
