import assert from 'node:assert/strict';
import { deletedException, purgedException } from '../../bucket/index.js';
import { LostOwnershipError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { bucket, type BrokerFixture, textOf, texts } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['administration'] as const;

/** Purging and deleting channels. */
export function removing(scenario: Scenario): void {
  scenario('purges queued messages, and counts them', { needs }, async (fixture) => {
    await fixture.publish('a', 'b');
    assert.equal(await fixture.broker.channels.purge(fixture.channel), 2);
    await fixture.expectNothing(await fixture.consumer());
    assert.equal(await fixture.broker.channels.purge(fixture.channel), 0);
  });

  scenario(
    'purges every priority and delayed messages',
    { needs: ['administration', 'priority', 'delay'] },
    async (fixture) => {
      const mores = [{ priority: 'high' }, { priority: 'low' }, { delay: 60_000 }] as const;
      await fixture.broker.publish(mores.map((more) => fixture.message('away', more)));
      assert.equal(await fixture.broker.channels.purge(fixture.channel), 3);
      const { queued, delayed } = await fixture.broker.channels.stats(fixture.channel);
      assert.deepEqual({ queued, delayed }, { queued: 0, delayed: 0 });
    },
  );

  scenario('frees the ids of what it purges', { needs: ['administration', 'jobIds', 'delay'] }, async (fixture) => {
    const jobs = [fixture.job('queued'), fixture.jobWithResult('delayed', { delay: 60_000 }, 'result')];
    await fixture.broker.publish(jobs);
    await fixture.broker.channels.purge(fixture.channel);
    for (const name of ['queued', 'delayed', 'result']) assert.equal(await fixture.locationOf(name), undefined);
    await fixture.broker.publish(jobs.map((job) => ({ ...job, channel: fixture.anotherChannel() })));
  });

  scenario(
    'ends purged jobs as cancelled, and notifies the jobs that wait for them',
    { needs: ['administration', 'dependencies', 'delay'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const channel = fixture.anotherChannel();
      await fixture.broker.publish([
        fixture.jobWithResult('queued'),
        fixture.jobWithResult('delayed', { delay: 60_000 }),
        waitingJob(fixture, into, 'after queued', ['queued'], { channel }),
        waitingJob(fixture, into, 'after delayed', ['delayed'], { channel }),
        waitingJob(fixture, into, 'fallback', ['queued'], { channel, condition: 'failure' }),
      ]);
      assert.equal(await fixture.broker.channels.purge(fixture.channel), 2);
      for (const name of ['queued', 'delayed']) {
        const { cancelled, exception } = await readResult(fixture, into, name);
        assert.equal(cancelled, true);
        assert.equal(exception, purgedException(fixture.channel));
        const skipped = await readResult(fixture, into, `after ${name}`);
        assert.equal(skipped.skipped, true);
        assert.match(skipped.exception, /Root cause: "act" \(.*\) failed: CancelledError: Channel ".*" was purged\./);
      }
      assert.equal(textOf(await fixture.receiveOne(await fixture.consumer({ channels: [channel] }))), 'fallback');
    },
  );

  scenario(
    'purges neither waiting jobs, nor those that the purge releases',
    { needs: ['administration', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      await fixture.broker.publish([
        fixture.jobWithResult('queued'),
        waitingJob(fixture, into, 'fallback', ['queued'], { condition: 'failure' }),
        waitingJob(fixture, into, 'waiting', ['never']),
      ]);
      assert.equal(await fixture.broker.channels.purge(fixture.channel), 1);
      assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'fallback');
      assert.equal(await fixture.locationOf('waiting'), 'waiting');
    },
  );

  scenario(
    'purges neither running messages nor dead letters',
    { needs: ['administration', 'deadLetters'] },
    async (fixture) => {
      await fixture.publish('broken', 'in flight', 'queued');
      const [broken, inFlight] = await fixture.receive(await fixture.consumer(), 2);
      await nack(broken!, 'broken');
      assert.equal(await fixture.broker.channels.purge(fixture.channel), 1);
      const { running, deadLetters } = await fixture.broker.channels.stats(fixture.channel);
      assert.deepEqual({ running, deadLetters }, { running: 1, deadLetters: 1 });
      await ack(inFlight!);
    },
  );

  scenario(
    'deletes a channel with everything in it',
    { needs: ['administration', 'deadLetters', 'jobIds', 'delay'] },
    async (fixture) => {
      const inFlight = await fill(fixture);
      await fixture.broker.channels.delete(fixture.channel);
      const empty = { queued: 0, delayed: 0, waiting: 0, running: 0, deadLetters: 0, paused: false };
      const { consumers: _, ...counted } = await fixture.broker.channels.stats(fixture.channel);
      assert.deepEqual(counted, empty);
      assert.equal(await fixture.locationOf('delayed'), undefined);
      await assert.rejects(ack(inFlight, { publish: [fixture.message('never')] }), LostOwnershipError);
      await fixture.expectNothing(await fixture.consumer());
    },
  );

  scenario(
    'recreates a deleted channel for a consumer that waits for it',
    { needs: ['administration', 'deadLetters'] },
    async (fixture) => {
      const consumer = await fixture.consumer();
      await fixture.publish('broken');
      await nack(await fixture.receiveOne(consumer), 'broken');
      const next = fixture.receiveOne(consumer);
      await fixture.broker.channels.pause(fixture.channel);
      await fixture.broker.channels.delete(fixture.channel);
      await fixture.publish('after');
      assert.equal(textOf(await next), 'after');
      assert.deepEqual(await fixture.broker.channels.deadLetters(fixture.channel, 10), []);
    },
  );

  scenario(
    'ends the jobs of a deleted channel as cancelled, whatever their state, and notifies the jobs that wait for them',
    { needs: ['administration', 'dependencies', 'delay'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const channel = fixture.anotherChannel();
      const names = ['running', 'queued', 'delayed', 'waiting'];
      await fixture.broker.publish([fixture.jobWithResult('running')]);
      const running = await fixture.receiveOne(await fixture.consumer());
      await fixture.broker.publish([
        fixture.jobWithResult('queued'),
        fixture.jobWithResult('delayed', { delay: 60_000 }),
        waitingJob(fixture, into, 'waiting', ['never']),
        ...names.map((name) => waitingJob(fixture, into, `after ${name}`, [name], { channel })),
        ...names.map((name) => waitingJob(fixture, into, `for ${name}`, [name], { channel, condition: 'failure' })),
      ]);
      await fixture.broker.channels.delete(fixture.channel);
      for (const name of names) {
        const { cancelled, exception } = await readResult(fixture, into, name);
        assert.deepEqual(
          { name, cancelled, exception },
          { name, cancelled: true, exception: deletedException(fixture.channel) },
        );
        assert.equal((await readResult(fixture, into, `after ${name}`)).skipped, true);
        assert.equal(await fixture.locationOf(name), undefined);
      }
      const released = await fixture.receive(await fixture.consumer({ channels: [channel] }), names.length);
      assert.deepEqual(texts(released).toSorted(), names.map((name) => `for ${name}`).toSorted());
      await assert.rejects(
        ack(running, { bucket: { ...bucket({ id: fixture.id('running') }), into } }),
        LostOwnershipError,
      );
      assert.equal((await readResult(fixture, into, 'running')).cancelled, true);
    },
  );

  scenario(
    'ends jobs of a deleted channel that wait for its other jobs',
    { needs: ['administration', 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const consumer = await fixture.consumer();
      await fixture.broker.channels.pause(fixture.channel);
      await fixture.broker.publish([
        fixture.jobWithResult('job'),
        waitingJob(fixture, into, 'after', ['job']),
        waitingJob(fixture, into, 'fallback', ['job'], { condition: 'failure' }),
      ]);
      await fixture.broker.channels.delete(fixture.channel);
      for (const name of ['job', 'after', 'fallback']) {
        assert.equal((await readResult(fixture, into, name)).cancelled, true);
        assert.equal(await fixture.locationOf(name), undefined);
      }
      await fixture.expectNothing(consumer);
    },
  );

  scenario(
    'notifies the consumer of a running job that its channel was deleted',
    { needs: ['administration', 'jobIds'] },
    async (fixture) => {
      const cancelled: string[] = [];
      const consumer = await fixture.consumer({ onCancel: (_, jobId) => cancelled.push(jobId) });
      await fixture.broker.publish([fixture.job('job')]);
      await fixture.receiveOne(consumer);
      await fixture.broker.channels.delete(fixture.channel);
      await until(() => cancelled.length > 0, 'the consumer to be notified');
      assert.deepEqual(cancelled, [fixture.id('job')]);
    },
  );

  scenario('accepts to delete a channel that does not exist', { needs }, async (fixture) => {
    await fixture.broker.channels.delete(fixture.channel);
  });
}

/** Puts a message into each state on the channel; returns the running delivery. */
async function fill(fixture: BrokerFixture) {
  await fixture.publish('broken', 'in flight', 'queued');
  await fixture.broker.publish([fixture.job('delayed', { delay: 60_000 })]);
  const [broken, inFlight] = await fixture.receive(await fixture.consumer(), 2);
  await nack(broken!, 'broken');
  await fixture.broker.channels.pause(fixture.channel);
  return inFlight!;
}
