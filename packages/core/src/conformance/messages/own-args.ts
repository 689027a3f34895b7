import assert from 'node:assert/strict';
import type { BucketBroker, BucketWrite } from '../../bucket/index.js';
import { HEADER, type OutgoingMessage } from '../../message/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { argsBucket, type BrokerFixture, textOf } from '../fixture.js';
import { until } from '../waiting.js';

const needs = ['jobIds'] as const;

/** A job's own arguments bucket is deleted with the job, and stays as long as the job may run again. */
export function ownArgs(scenario: Scenario): void {
  for (const [title, run] of ENDS) {
    scenario(
      `removes a job's own arguments ${title}`,
      { needs: [...needs, 'delay', 'administration'] },
      async (fixture) => {
        const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '' } });
        if (!kept) return;
        assert.equal(await kept(), true);
        await run(fixture);
        assert.equal(await kept(), false);
      },
    );
  }

  for (const [title, run] of GOINGS_ON) {
    scenario(`keeps a job's own arguments ${title}`, { needs: [...needs, 'delay', 'deadLetters'] }, async (fixture) => {
      const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      await run(fixture);
      assert.equal(await kept(), true);
      await ack(await fixture.receiveOne(await fixture.consumer()));
      assert.equal(await kept(), false);
    });
  }

  scenario('removes own arguments with another suffix', { needs }, async (fixture) => {
    const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '#r4nd0m' } });
    if (!kept) return;
    await ack(await fixture.receiveOne(await fixture.consumer()));
    assert.equal(await kept(), false);
  });

  scenario('keeps arguments in a named bucket', { needs }, async (fixture) => {
    const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: fixture.id('named') } });
    if (!kept) return;
    await ack(await fixture.receiveOne(await fixture.consumer()));
    assert.equal(await kept(), true);
  });

  scenario(
    'keeps own arguments for the next occurrence, and removes them with the last',
    { needs },
    async (fixture) => {
      const headers = { [HEADER.argsBucket]: '' };
      const kept = await publishWithArgs(fixture, { headers });
      if (!kept) return;
      const consumer = await fixture.consumer();
      await ack(await fixture.receiveOne(consumer), { publish: [fixture.job('job', { headers })] });
      assert.equal(await kept(), true);
      await ack(await fixture.receiveOne(consumer));
      assert.equal(await kept(), false);
    },
  );

  scenario('removes own arguments if the next job of the same id has others', { needs }, async (fixture) => {
    const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '#first' } });
    if (!kept) return;
    const next = withArgs(fixture, kept.into, { headers: { [HEADER.argsBucket]: '#second' } });
    await ack(await fixture.receiveOne(await fixture.consumer()), { publish: [next.job] });
    assert.equal(await kept(), false);
    assert.deepEqual(await kept.into.get([next.args.id]), [next.args.body]);
  });

  scenario(
    'removes the own arguments of a dead letter that is deleted',
    { needs: [...needs, 'deadLetters'] },
    async (fixture) => {
      const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
      const [letter] = await fixture.broker.channels.deadLetters(fixture.channel, 10);
      assert.equal(await fixture.broker.channels.deleteDeadLetters(fixture.channel, [letter!.id]), 1);
      assert.equal(await kept(), false);
    },
  );

  scenario(
    'removes the own arguments of a dead letter beyond the maximum',
    { needs: [...needs, 'deadLetters'], deadLetters: { maxCount: 1 } },
    async (fixture) => {
      const kept = await publishWithArgs(fixture, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      const consumer = await fixture.consumer();
      await nack(await fixture.receiveOne(consumer), 'broken');
      assert.equal(await kept(), true);
      await fixture.publish('next');
      await nack(await fixture.receiveOne(consumer), 'broken');
      await until(async () => !(await kept()), 'the arguments to go with the dead letter');
    },
  );

  scenario(
    'keeps the own arguments of a skipped job that may be revived',
    { needs: [...needs, 'dependencies', 'deadLetters'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const { job, args } = withArgs(fixture, into, { headers: { [HEADER.argsBucket]: '' } });
      const kept = async (): Promise<boolean> => (await into.get([args.id]))[0] !== undefined;
      await fixture.broker.publish([fixture.jobWithResult('first'), waitingJob(fixture, into, 'job', ['first'], job)]);
      const consumer = await fixture.consumer();
      const result = { ...failed(fixture.id('first')), into };
      await nack(await fixture.receiveOne(consumer), 'broken', { bucket: result });
      assert.equal((await readResult(fixture, into, 'job')).skipped, true);
      assert.equal(await kept(), true);
      await fixture.broker.channels.replayDeadLetters(fixture.channel, { withDependents: true });
      await ack(await fixture.receiveOne(consumer), { bucket: { ...result, success: true } });
      const revived = await fixture.receiveOne(consumer);
      assert.equal(textOf(revived), 'job');
      assert.equal(await kept(), true);
      await ack(revived);
      assert.equal(await kept(), false);
    },
  );

  scenario(
    'removes the own arguments of a job that is skipped for good',
    { needs: [...needs, 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const { job, args } = withArgs(fixture, into, { headers: { [HEADER.argsBucket]: '' } });
      await fixture.broker.publish([waitingJob(fixture, into, 'job', ['never'], { ...job, timeout: 300 })]);
      const consumer = await fixture.consumer();
      const received = consumer.receive(1, { wait: true });
      await fixture.pass(400);
      await until(async () => (await into.get([fixture.id('job')]))[0] !== undefined, 'the job to be skipped');
      assert.deepEqual(await into.get([args.id]), [undefined]);
      consumer.wake();
      assert.deepEqual(await received, []);
    },
  );

  scenario(
    'removes the own arguments of a waiting job that is cancelled',
    { needs: [...needs, 'dependencies'] },
    async (fixture) => {
      const into = (await fixture.transactionalBuckets())!;
      const { job, args } = withArgs(fixture, into, { headers: { [HEADER.argsBucket]: '' } });
      await fixture.broker.publish([waitingJob(fixture, into, 'job', ['never'], job)]);
      assert.deepEqual(await into.get([args.id]), [args.body]);
      await fixture.broker.cancel(fixture.id('job'));
      assert.deepEqual(await into.get([args.id]), [undefined]);
    },
  );
}

type Run = (fixture: BrokerFixture) => Promise<unknown>;

/** How a job ends for good. */
const ENDS: readonly (readonly [string, Run])[] = [
  ['when it is acknowledged', async (fixture) => ack(await fixture.receiveOne(await fixture.consumer()))],
  ['when it is cancelled while it is queued', (fixture) => fixture.broker.cancel(fixture.id('job'))],
  [
    'when it is cancelled while it waits for a retry',
    async (fixture) => {
      await retry(await fixture.receiveOne(await fixture.consumer()), 60_000);
      await fixture.broker.cancel(fixture.id('job'));
    },
  ],
  [
    'when it is cancelled while it runs',
    async (fixture) => {
      await fixture.receiveOne(await fixture.consumer());
      await fixture.broker.cancel(fixture.id('job'));
    },
  ],
  ['when its channel is purged', (fixture) => fixture.broker.channels.purge(fixture.channel)],
  ['when its channel is deleted', (fixture) => fixture.broker.channels.delete(fixture.channel)],
  [
    'when it is a dead letter and its channel is deleted',
    async (fixture) => {
      await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
      await fixture.broker.channels.delete(fixture.channel);
    },
  ],
];

/** Why a job runs again. */
const GOINGS_ON: readonly (readonly [string, Run])[] = [
  ['when it is returned to its channel', async (fixture) => reject(await fixture.receiveOne(await fixture.consumer()))],
  ['for a retry', async (fixture) => retry(await fixture.receiveOne(await fixture.consumer()), 1)],
  [
    'for the replay of its dead letter',
    async (fixture) => {
      await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
      await fixture.broker.channels.replayDeadLetters(fixture.channel);
    },
  ],
];

/**
 * Publishes a job with arguments; returns a function that checks whether they exist. Undefined if the harness has no
 * buckets.
 */
async function publishWithArgs(
  fixture: BrokerFixture,
  more: Partial<OutgoingMessage>,
): Promise<((() => Promise<boolean>) & { into: BucketBroker }) | undefined> {
  const into = await fixture.transactionalBuckets();
  if (!into) return undefined;
  const { job, args } = withArgs(fixture, into, more);
  await fixture.broker.publish([job]);
  return Object.assign(async () => (await into.get([args.id]))[0] !== undefined, { into });
}

/** The job "job" and its arguments, in the bucket that its headers name. */
function withArgs(
  fixture: BrokerFixture,
  into: BucketBroker,
  more: Partial<OutgoingMessage>,
): { job: OutgoingMessage; args: BucketWrite } {
  const suffix = more.headers?.[HEADER.argsBucket] ?? '';
  const own = `${fixture.id('job')}${suffix === '' ? '#args' : suffix}`;
  const id = suffix === '' || suffix.startsWith('#') ? own : suffix;
  const args = { ...argsBucket({ id, ttl: null }), into };
  return { job: fixture.job('job', { ...more, buckets: [args] }), args };
}

function failed(id: string) {
  const body = '{"success":false,"ttl":60000,"timestamp":1,"exception":"Error: broken","data":null}';
  return { id, body, ttl: 60_000, success: false, cause: `"${id}" failed: Error: broken` };
}
