import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { argsBucket, bucket, type BrokerFixture, textOf } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['jobIds'] as const;
const ownershipTime = 600;
const exception = 'CancelledError: Enough.';

/** A running job that is cancelled has ended, whatever its worker does. */
export function cancellingRunning(scenario: Scenario): void {
  scenario(
    'ends a running job immediately: result, dependents, id',
    { needs: ['jobIds', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      await fixture.broker.publish([
        fixture.jobWithResult('job'),
        waitingJob(fixture, into, 'after', ['job']),
        waitingJob(fixture, into, 'fallback', ['job'], { condition: 'failure' }),
      ]);
      const consumer = await fixture.consumer();
      await fixture.receiveOne(consumer);
      const cancelled = await fixture.broker.cancel(fixture.id('job'), { result: { into, exception } });
      assert.equal(cancelled?.location, 'running');
      assert.equal(await fixture.locationOf('job'), undefined);
      assert.equal((await readResult(fixture, into, 'job')).cancelled, true);
      assert.match(
        (await readResult(fixture, into, 'after')).exception,
        /Root cause: "act" \(.*job\) failed: CancelledError: Enough\./,
      );
      assert.equal(textOf(await fixture.receiveOne(consumer)), 'fallback');
      await fixture.broker.publish([fixture.job('job', { channel: fixture.anotherChannel() })]);
    },
  );

  scenario('does not count a cancelled job as running', { needs: ['jobIds', 'administration'] }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    await fixture.receiveOne(await fixture.consumer());
    await fixture.broker.cancel(fixture.id('job'));
    const { queued, delayed, running, deadLetters } = await fixture.broker.channels.stats(fixture.channel);
    assert.deepEqual({ queued, delayed, running, deadLetters }, { queued: 0, delayed: 0, running: 0, deadLetters: 0 });
  });

  scenario(
    'commits nothing of a settlement after the cancellation, whatever its outcome',
    { needs: ['jobIds', 'deadLetters'] },
    async (fixture) => {
      const into = await fixture.transactionalBuckets();
      const consumer = await fixture.consumer();
      await fixture.broker.publish([fixture.jobWithResult('job')]);
      const delivery = await fixture.receiveOne(consumer);
      await fixture.broker.cancel(fixture.id('job'), into && { result: { into, exception } });
      const rest = {
        publish: [fixture.job('follower', into && { buckets: [{ ...argsBucket({ id: fixture.id('args') }), into }] })],
        ...(into && { bucket: { ...bucket({ id: fixture.id('job') }), into } }),
      };
      await assert.rejects(ack(delivery, rest), LostOwnershipError);
      await assert.rejects(nack(delivery, 'broken', rest), LostOwnershipError);
      await assert.rejects(reject(delivery, {}, rest), LostOwnershipError);
      await assert.rejects(retry(delivery, 0, {}, rest), LostOwnershipError);
      await fixture.expectNothing(consumer);
      assert.equal(await fixture.locationOf('follower'), undefined);
      assert.deepEqual(await fixture.broker.channels.deadLetters(fixture.channel, 10), []);
      if (!into) return;
      assert.equal((await readResult(fixture, into, 'job')).exception, exception);
      assert.deepEqual(await into.get([fixture.id('args')]), [undefined]);
    },
  );

  scenario('does not publish the next occurrence of a cancelled job', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('recurring')]);
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await fixture.broker.cancel(fixture.id('recurring'));
    await assert.rejects(ack(delivery, { publish: [fixture.job('recurring', { delay: 10 })] }), LostOwnershipError);
    assert.equal(await fixture.locationOf('recurring'), undefined);
    await fixture.pass(20);
    await fixture.expectNothing(consumer);
  });

  scenario('does not touch another job that has taken the id since', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await fixture.broker.cancel(fixture.id('job'));
    await fixture.broker.publish([fixture.job('job')]);
    await assert.rejects(ack(delivery), LostOwnershipError);
    await assert.rejects(retry(delivery, 60_000), LostOwnershipError);
    assert.equal(await fixture.locationOf('job'), 'queued');
    const anew = await fixture.receiveOne(consumer);
    await assert.rejects(ack(delivery), LostOwnershipError);
    assert.equal(await fixture.locationOf('job'), 'running');
    await ack(anew);
  });

  scenario('reports a cancelled job as lost when it is extended', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job'), fixture.job('other')]);
    const consumer = await fixture.consumer();
    const [cancelled, other] = await fixture.receive(consumer, 2);
    await fixture.broker.cancel(fixture.id('job'));
    assert.deepEqual(await consumer.extend([cancelled!, other!]), [cancelled]);
    await ack(other!);
  });

  scenario('is not redelivered when its worker disappears', { needs, ownershipTime }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    const vanishing = await fixture.consumer();
    await fixture.receiveOne(vanishing);
    await fixture.broker.cancel(fixture.id('job'));
    await vanishing.close();
    await expectNothingToComeAgain(fixture);
  });

  scenario('is not redelivered if it had been taken over', { needs, ownershipTime }, async (fixture) => {
    await fixture.broker.publish([fixture.job('job')]);
    const vanishing = await fixture.consumer();
    const first = await fixture.receiveOne(vanishing);
    await vanishing.close();
    const successor = await fixture.consumer();
    const taken = fixture.receiveOne(successor);
    await fixture.pass(ownershipTime + 1);
    const second = await taken;
    assert.equal((await fixture.broker.cancel(fixture.id('job')))?.location, 'running');
    await assert.rejects(retry(first, 0), LostOwnershipError);
    await assert.rejects(retry(second, 0), LostOwnershipError);
    await expectNothingToComeAgain(fixture);
  });

  scenario('cancels the delegated job by the id of the job that delegated to it', { needs }, async (fixture) => {
    const into = await fixture.transactionalBuckets();
    const consumer = await fixture.consumer();
    await fixture.broker.publish([fixture.jobWithResult('parent')]);
    const child = fixture.jobWithResult('child', { channel: fixture.anotherChannel() }, 'parent');
    await ack(await fixture.receiveOne(consumer), { publish: [child] });
    const delivery = await fixture.receiveOne(await fixture.consumer({ channels: [child.channel] }));
    const cancelled = await fixture.broker.cancel(fixture.id('parent'), into && { result: { into, exception } });
    assert.equal(cancelled?.jobId, fixture.id('child'));
    assert.equal(cancelled.channel, child.channel);
    await assert.rejects(retry(delivery, 0), LostOwnershipError);
    if (into) assert.equal((await readResult(fixture, into, 'parent')).cancelled, true);
  });

  scenario(
    "notifies only the consumer that has the job in flight, with the job's own id",
    { needs },
    async (fixture) => {
      const cancelled: string[] = [];
      const consumer = await fixture.consumer({ onCancel: (...job) => cancelled.push(job.join(' ')) });
      const otherConsumer = await fixture.consumer({ onCancel: () => cancelled.push('other consumer') });
      await fixture.broker.publish([fixture.jobWithResult('job', {}, 'result')]);
      await fixture.receiveOne(consumer);
      await fixture.broker.cancel(fixture.id('result'));
      await until(() => cancelled.length > 0, 'the consumer to be notified');
      assert.deepEqual(cancelled, [`${fixture.channel} ${fixture.id('job')}`]);
      await otherConsumer.close();
    },
  );

  scenario('cancels even if a listener throws', { needs }, async (fixture) => {
    const problems: Error[] = [];
    const consumer = await fixture.consumer({
      onCancel: () => assert.fail('a faulty listener'),
      onProblem: (problem) => {
        problems.push(problem);
        throw problem;
      },
    });
    await fixture.broker.publish([fixture.job('one'), fixture.job('two'), fixture.message('next')]);
    await fixture.receive(consumer, 2);
    assert.equal((await fixture.broker.cancel(fixture.id('one')))?.location, 'running');
    assert.equal((await fixture.broker.cancel(fixture.id('two')))?.location, 'running');
    await until(() => problems.length === 2, 'the faults to be reported');
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'next');
  });
}

/** Waits for longer than it takes to take over a lost message. */
async function expectNothingToComeAgain(fixture: BrokerFixture): Promise<void> {
  await fixture.pass(ownershipTime + 1);
  const consumer = await fixture.consumer();
  await fixture.expectNothing(consumer);
  await fixture.publish('last');
  assert.equal(textOf(await fixture.receiveOne(consumer)), 'last');
  assert.equal(await fixture.locationOf('job'), undefined);
}
