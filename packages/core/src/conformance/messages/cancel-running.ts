import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { argsBucket, bucket, type Stage, textOf } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['jobIds'] as const;
const ownershipTime = 600;
const exception = 'CancelledError: Enough.';

/** A running job that is cancelled has ended, whatever its worker does. */
export function cancellingRunning(scenario: Scenario): void {
  scenario(
    'ends a running job at once: result, dependents, id',
    { needs: ['jobIds', 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      await stage.broker.publish([
        stage.jobWithResult('job'),
        waitingJob(stage, into, 'after', ['job']),
        waitingJob(stage, into, 'fallback', ['job'], { condition: 'failure' }),
      ]);
      const consumer = await stage.consumer();
      await stage.receiveOne(consumer);
      const cancelled = await stage.broker.cancel(stage.id('job'), { result: { into, exception } });
      assert.equal(cancelled?.location, 'running');
      assert.equal(await stage.locationOf('job'), undefined);
      assert.equal((await readResult(stage, into, 'job')).cancelled, true);
      assert.match(
        (await readResult(stage, into, 'after')).exception,
        /Root cause: "act" \(.*job\) failed: CancelledError: Enough\./,
      );
      assert.equal(textOf(await stage.receiveOne(consumer)), 'fallback');
      await stage.broker.publish([stage.job('job', { channel: stage.anotherChannel() })]);
    },
  );

  scenario(
    'counts a running job no more that was cancelled',
    { needs: ['jobIds', 'administration'] },
    async (stage) => {
      await stage.broker.publish([stage.job('job')]);
      await stage.receiveOne(await stage.consumer());
      await stage.broker.cancel(stage.id('job'));
      const { queued, delayed, running, deadLetters } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual(
        { queued, delayed, running, deadLetters },
        { queued: 0, delayed: 0, running: 0, deadLetters: 0 },
      );
    },
  );

  scenario('commits nothing of a late settlement, whichever', { needs: ['jobIds', 'deadLetters'] }, async (stage) => {
    const into = await stage.joinedBuckets();
    const consumer = await stage.consumer();
    await stage.broker.publish([stage.jobWithResult('job')]);
    const delivery = await stage.receiveOne(consumer);
    await stage.broker.cancel(stage.id('job'), into && { result: { into, exception } });
    const rest = {
      publish: [stage.job('follower', into && { buckets: [{ ...argsBucket({ id: stage.id('args') }), into }] })],
      ...(into && { bucket: { ...bucket({ id: stage.id('job') }), into } }),
    };
    await assert.rejects(ack(delivery, rest), LostOwnershipError);
    await assert.rejects(nack(delivery, 'spoilt', rest), LostOwnershipError);
    await assert.rejects(reject(delivery, {}, rest), LostOwnershipError);
    await assert.rejects(retry(delivery, 0, {}, rest), LostOwnershipError);
    await stage.expectNothing(consumer);
    assert.equal(await stage.locationOf('follower'), undefined);
    assert.deepEqual(await stage.broker.channels.deadLetters(stage.channel, 10), []);
    if (!into) return;
    assert.equal((await readResult(stage, into, 'job')).exception, exception);
    assert.deepEqual(await into.get([stage.id('args')]), [undefined]);
  });

  scenario('does not let the next occurrence take the place of a cancelled one', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('recurring')]);
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await stage.broker.cancel(stage.id('recurring'));
    await assert.rejects(ack(delivery, { publish: [stage.job('recurring', { delay: 10 })] }), LostOwnershipError);
    assert.equal(await stage.locationOf('recurring'), undefined);
    await stage.pass(20);
    await stage.expectNothing(consumer);
  });

  scenario('does not touch another job that has taken the id since', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await stage.broker.cancel(stage.id('job'));
    await stage.broker.publish([stage.job('job')]);
    await assert.rejects(ack(delivery), LostOwnershipError);
    await assert.rejects(retry(delivery, 60_000), LostOwnershipError);
    assert.equal(await stage.locationOf('job'), 'queued');
    const anew = await stage.receiveOne(consumer);
    await assert.rejects(ack(delivery), LostOwnershipError);
    assert.equal(await stage.locationOf('job'), 'running');
    await ack(anew);
  });

  scenario('tells of a cancelled job as lost when it is extended', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job'), stage.job('other')]);
    const consumer = await stage.consumer();
    const [cancelled, other] = await stage.receive(consumer, 2);
    await stage.broker.cancel(stage.id('job'));
    assert.deepEqual(await consumer.extend([cancelled!, other!]), [cancelled]);
    await ack(other!);
  });

  scenario('never comes again when its worker vanishes', { needs, ownershipTime }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    const vanishing = await stage.consumer();
    await stage.receiveOne(vanishing);
    await stage.broker.cancel(stage.id('job'));
    await vanishing.close();
    await expectNothingToComeAgain(stage);
  });

  scenario('never comes again when it had been taken over', { needs, ownershipTime }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    const vanishing = await stage.consumer();
    const first = await stage.receiveOne(vanishing);
    await vanishing.close();
    const heir = await stage.consumer();
    const taken = stage.receiveOne(heir);
    await stage.pass(ownershipTime + 1);
    const second = await taken;
    assert.equal((await stage.broker.cancel(stage.id('job')))?.location, 'running');
    await assert.rejects(retry(first, 0), LostOwnershipError);
    await assert.rejects(retry(second, 0), LostOwnershipError);
    await expectNothingToComeAgain(stage);
  });

  scenario('reaches the job that another has delegated to, by the id of that one', { needs }, async (stage) => {
    const into = await stage.joinedBuckets();
    const consumer = await stage.consumer();
    await stage.broker.publish([stage.jobWithResult('parent')]);
    const child = stage.jobWithResult('child', { channel: stage.anotherChannel() }, 'parent');
    await ack(await stage.receiveOne(consumer), { publish: [child] });
    const delivery = await stage.receiveOne(await stage.consumer({ channels: [child.channel] }));
    const cancelled = await stage.broker.cancel(stage.id('parent'), into && { result: { into, exception } });
    assert.equal(cancelled?.jobId, stage.id('child'));
    assert.equal(cancelled.channel, child.channel);
    await assert.rejects(retry(delivery, 0), LostOwnershipError);
    if (into) assert.equal((await readResult(stage, into, 'parent')).cancelled, true);
  });

  scenario('tells the consumer that has it in flight, and no other, by its own id', { needs }, async (stage) => {
    const told: string[] = [];
    const consumer = await stage.consumer({ onCancel: (...job) => told.push(job.join(' ')) });
    const bystander = await stage.consumer({ onCancel: () => told.push('bystander') });
    await stage.broker.publish([stage.jobWithResult('job', {}, 'result')]);
    await stage.receiveOne(consumer);
    await stage.broker.cancel(stage.id('result'));
    await until(() => told.length > 0, 'the consumer to be told');
    assert.deepEqual(told, [`${stage.channel} ${stage.id('job')}`]);
    await bystander.close();
  });

  scenario('cancels all the same when a listener throws', { needs }, async (stage) => {
    const problems: Error[] = [];
    const consumer = await stage.consumer({
      onCancel: () => assert.fail('a faulty listener'),
      onProblem: (problem) => {
        problems.push(problem);
        throw problem;
      },
    });
    await stage.broker.publish([stage.job('one'), stage.job('two'), stage.message('next')]);
    await stage.receive(consumer, 2);
    assert.equal((await stage.broker.cancel(stage.id('one')))?.location, 'running');
    assert.equal((await stage.broker.cancel(stage.id('two')))?.location, 'running');
    await until(() => problems.length === 2, 'the faults to be reported');
    assert.equal(textOf(await stage.receiveOne(consumer)), 'next');
  });
}

/** After the time in which a lost message would be taken over. */
async function expectNothingToComeAgain(stage: Stage): Promise<void> {
  await stage.pass(ownershipTime + 1);
  const consumer = await stage.consumer();
  await stage.expectNothing(consumer);
  await stage.publish('last');
  assert.equal(textOf(await stage.receiveOne(consumer)), 'last');
  assert.equal(await stage.locationOf('job'), undefined);
}
