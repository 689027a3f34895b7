import assert from 'node:assert/strict';
import { deletedException, purgedException } from '../../bucket/index.js';
import { LostOwnershipError } from '../../errors/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { bucket, type Stage, textOf, texts } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['administration'] as const;

/** Emptying channels. */
export function removing(scenario: Scenario): void {
  scenario('purges what is queued, and counts it', { needs }, async (stage) => {
    await stage.publish('a', 'b');
    assert.equal(await stage.broker.channels.purge(stage.channel), 2);
    await stage.expectNothing(await stage.consumer());
    assert.equal(await stage.broker.channels.purge(stage.channel), 0);
  });

  scenario(
    'purges every priority and what is delayed',
    { needs: ['administration', 'priority', 'delay'] },
    async (stage) => {
      const mores = [{ priority: 'high' }, { priority: 'low' }, { delay: 60_000 }] as const;
      await stage.broker.publish(mores.map((more) => stage.message('away', more)));
      assert.equal(await stage.broker.channels.purge(stage.channel), 3);
      const { queued, delayed } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual({ queued, delayed }, { queued: 0, delayed: 0 });
    },
  );

  scenario('frees the ids of what it purges', { needs: ['administration', 'jobIds', 'delay'] }, async (stage) => {
    const jobs = [stage.job('queued'), stage.jobWithResult('delayed', { delay: 60_000 }, 'result')];
    await stage.broker.publish(jobs);
    await stage.broker.channels.purge(stage.channel);
    for (const name of ['queued', 'delayed', 'result']) assert.equal(await stage.locationOf(name), undefined);
    await stage.broker.publish(jobs.map((job) => ({ ...job, channel: stage.anotherChannel() })));
  });

  scenario(
    'has purged jobs end as cancelled ones, and tells who waits for them',
    { needs: ['administration', 'dependencies', 'delay'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const channel = stage.anotherChannel();
      await stage.broker.publish([
        stage.jobWithResult('queued'),
        stage.jobWithResult('delayed', { delay: 60_000 }),
        waitingJob(stage, into, 'after queued', ['queued'], { channel }),
        waitingJob(stage, into, 'after delayed', ['delayed'], { channel }),
        waitingJob(stage, into, 'fallback', ['queued'], { channel, condition: 'failure' }),
      ]);
      assert.equal(await stage.broker.channels.purge(stage.channel), 2);
      for (const name of ['queued', 'delayed']) {
        const { cancelled, exception } = await readResult(stage, into, name);
        assert.equal(cancelled, true);
        assert.equal(exception, purgedException(stage.channel));
        const skipped = await readResult(stage, into, `after ${name}`);
        assert.equal(skipped.skipped, true);
        assert.match(skipped.exception, /Root cause: "act" \(.*\) failed: CancelledError: Channel ".*" was purged\./);
      }
      assert.equal(textOf(await stage.receiveOne(await stage.consumer({ channels: [channel] }))), 'fallback');
    },
  );

  scenario(
    'purges neither what waits, nor what the purge itself releases',
    { needs: ['administration', 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      await stage.broker.publish([
        stage.jobWithResult('queued'),
        waitingJob(stage, into, 'fallback', ['queued'], { condition: 'failure' }),
        waitingJob(stage, into, 'waiting', ['never']),
      ]);
      assert.equal(await stage.broker.channels.purge(stage.channel), 1);
      assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'fallback');
      assert.equal(await stage.locationOf('waiting'), 'waiting');
    },
  );

  scenario(
    'purges neither what is in hand nor dead letters',
    { needs: ['administration', 'deadLetters'] },
    async (stage) => {
      await stage.publish('spoilt', 'in hand', 'queued');
      const [spoilt, inHand] = await stage.receive(await stage.consumer(), 2);
      await nack(spoilt!, 'spoilt');
      assert.equal(await stage.broker.channels.purge(stage.channel), 1);
      const { running, deadLetters } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual({ running, deadLetters }, { running: 1, deadLetters: 1 });
      await ack(inHand!);
    },
  );

  scenario(
    'deletes a channel with all that is in it',
    { needs: ['administration', 'deadLetters', 'jobIds', 'delay'] },
    async (stage) => {
      const inHand = await fill(stage);
      await stage.broker.channels.delete(stage.channel);
      const empty = { queued: 0, delayed: 0, waiting: 0, running: 0, deadLetters: 0, paused: false };
      const { consumers: _, ...counted } = await stage.broker.channels.stats(stage.channel);
      assert.deepEqual(counted, empty);
      assert.equal(await stage.locationOf('delayed'), undefined);
      await assert.rejects(ack(inHand, { publish: [stage.message('never')] }), LostOwnershipError);
      await stage.expectNothing(await stage.consumer());
    },
  );

  scenario(
    'makes a deleted channel anew for a consumer that waits for it',
    { needs: ['administration', 'deadLetters'] },
    async (stage) => {
      const consumer = await stage.consumer();
      await stage.publish('spoilt');
      await nack(await stage.receiveOne(consumer), 'spoilt');
      const next = stage.receiveOne(consumer);
      await stage.broker.channels.pause(stage.channel);
      await stage.broker.channels.delete(stage.channel);
      await stage.publish('after');
      assert.equal(textOf(await next), 'after');
      assert.deepEqual(await stage.broker.channels.deadLetters(stage.channel, 10), []);
    },
  );

  scenario(
    'has the jobs of a deleted channel end as cancelled ones, wherever they are, and tells who waits for them',
    { needs: ['administration', 'dependencies', 'delay'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const channel = stage.anotherChannel();
      const names = ['running', 'queued', 'delayed', 'waiting'];
      await stage.broker.publish([stage.jobWithResult('running')]);
      const running = await stage.receiveOne(await stage.consumer());
      await stage.broker.publish([
        stage.jobWithResult('queued'),
        stage.jobWithResult('delayed', { delay: 60_000 }),
        waitingJob(stage, into, 'waiting', ['never']),
        ...names.map((name) => waitingJob(stage, into, `after ${name}`, [name], { channel })),
        ...names.map((name) => waitingJob(stage, into, `for ${name}`, [name], { channel, condition: 'failure' })),
      ]);
      await stage.broker.channels.delete(stage.channel);
      for (const name of names) {
        const { cancelled, exception } = await readResult(stage, into, name);
        assert.deepEqual(
          { name, cancelled, exception },
          { name, cancelled: true, exception: deletedException(stage.channel) },
        );
        assert.equal((await readResult(stage, into, `after ${name}`)).skipped, true);
        assert.equal(await stage.locationOf(name), undefined);
      }
      const released = await stage.receive(await stage.consumer({ channels: [channel] }), names.length);
      assert.deepEqual(texts(released).toSorted(), names.map((name) => `for ${name}`).toSorted());
      await assert.rejects(
        ack(running, { bucket: { ...bucket({ id: stage.id('running') }), into } }),
        LostOwnershipError,
      );
      assert.equal((await readResult(stage, into, 'running')).cancelled, true);
    },
  );

  scenario(
    'ends with a deleted channel what waits there for its jobs',
    { needs: ['administration', 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const consumer = await stage.consumer();
      await stage.broker.channels.pause(stage.channel);
      await stage.broker.publish([
        stage.jobWithResult('job'),
        waitingJob(stage, into, 'after', ['job']),
        waitingJob(stage, into, 'fallback', ['job'], { condition: 'failure' }),
      ]);
      await stage.broker.channels.delete(stage.channel);
      for (const name of ['job', 'after', 'fallback']) {
        assert.equal((await readResult(stage, into, name)).cancelled, true);
        assert.equal(await stage.locationOf(name), undefined);
      }
      await stage.expectNothing(consumer);
    },
  );

  scenario(
    'tells who runs a job that its channel was deleted',
    { needs: ['administration', 'jobIds'] },
    async (stage) => {
      const told: string[] = [];
      const consumer = await stage.consumer({ onCancel: (_, jobId) => told.push(jobId) });
      await stage.broker.publish([stage.job('job')]);
      await stage.receiveOne(consumer);
      await stage.broker.channels.delete(stage.channel);
      await until(() => told.length > 0, 'the consumer to be told');
      assert.deepEqual(told, [stage.id('job')]);
    },
  );

  scenario('deletes a channel that is not there', { needs }, async (stage) => {
    await stage.broker.channels.delete(stage.channel);
  });
}

/** Something in every place of the channel; answers the delivery in hand. */
async function fill(stage: Stage) {
  await stage.publish('spoilt', 'in hand', 'queued');
  await stage.broker.publish([stage.job('delayed', { delay: 60_000 })]);
  const [spoilt, inHand] = await stage.receive(await stage.consumer(), 2);
  await nack(spoilt!, 'spoilt');
  await stage.broker.channels.pause(stage.channel);
  return inHand!;
}
