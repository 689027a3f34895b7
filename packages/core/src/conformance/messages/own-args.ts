import assert from 'node:assert/strict';
import type { BucketBroker, BucketWrite } from '../../bucket/index.js';
import { HEADER, type OutgoingMessage } from '../../message/index.js';
import { readResult, waitingJob } from '../dependents.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { argsBucket, type Stage, textOf } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['jobIds'] as const;

/** An arguments bucket that nobody named goes with its job, and stays as long as the job may run again. */
export function ownArgs(scenario: Scenario): void {
  for (const [title, run] of ENDS) {
    scenario(
      `removes a job's own arguments ${title}`,
      { needs: [...needs, 'delay', 'administration'] },
      async (stage) => {
        const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '' } });
        if (!kept) return;
        assert.equal(await kept(), true);
        await run(stage);
        assert.equal(await kept(), false);
      },
    );
  }

  for (const [title, run] of GOINGS_ON) {
    scenario(`keeps a job's own arguments ${title}`, { needs: [...needs, 'delay', 'deadLetters'] }, async (stage) => {
      const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      await run(stage);
      assert.equal(await kept(), true);
      await ack(await stage.receiveOne(await stage.consumer()));
      assert.equal(await kept(), false);
    });
  }

  scenario('removes own arguments that have an ending of their own', { needs }, async (stage) => {
    const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '#r4nd0m' } });
    if (!kept) return;
    await ack(await stage.receiveOne(await stage.consumer()));
    assert.equal(await kept(), false);
  });

  scenario('keeps arguments that somebody named', { needs }, async (stage) => {
    const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: stage.id('named') } });
    if (!kept) return;
    await ack(await stage.receiveOne(await stage.consumer()));
    assert.equal(await kept(), true);
  });

  scenario('keeps own arguments for the next occurrence, and removes them with the last', { needs }, async (stage) => {
    const headers = { [HEADER.argsBucket]: '' };
    const kept = await publishWithArgs(stage, { headers });
    if (!kept) return;
    const consumer = await stage.consumer();
    await ack(await stage.receiveOne(consumer), { publish: [stage.job('job', { headers })] });
    assert.equal(await kept(), true);
    await ack(await stage.receiveOne(consumer));
    assert.equal(await kept(), false);
  });

  scenario('removes own arguments where the next of the same id has others', { needs }, async (stage) => {
    const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '#first' } });
    if (!kept) return;
    const next = withArgs(stage, kept.into, { headers: { [HEADER.argsBucket]: '#second' } });
    await ack(await stage.receiveOne(await stage.consumer()), { publish: [next.job] });
    assert.equal(await kept(), false);
    assert.deepEqual(await kept.into.get([next.args.id]), [next.args.body]);
  });

  scenario(
    'removes the own arguments of a dead letter that is deleted',
    { needs: [...needs, 'deadLetters'] },
    async (stage) => {
      const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
      const [letter] = await stage.broker.channels.deadLetters(stage.channel, 10);
      assert.equal(await stage.broker.channels.deleteDeadLetters(stage.channel, [letter!.id]), 1);
      assert.equal(await kept(), false);
    },
  );

  scenario(
    'removes the own arguments of a dead letter that is one too many',
    { needs: [...needs, 'deadLetters'], deadLetters: { maxCount: 1 } },
    async (stage) => {
      const kept = await publishWithArgs(stage, { headers: { [HEADER.argsBucket]: '' } });
      if (!kept) return;
      const consumer = await stage.consumer();
      await nack(await stage.receiveOne(consumer), 'spoilt');
      assert.equal(await kept(), true);
      await stage.publish('next');
      await nack(await stage.receiveOne(consumer), 'spoilt');
      await until(async () => !(await kept()), 'the arguments to go with the dead letter');
    },
  );

  scenario(
    'keeps the own arguments of a skipped job that may be brought back',
    { needs: [...needs, 'dependencies', 'deadLetters'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const { job, args } = withArgs(stage, into, { headers: { [HEADER.argsBucket]: '' } });
      const kept = async (): Promise<boolean> => (await into.get([args.id]))[0] !== undefined;
      await stage.broker.publish([stage.jobWithResult('first'), waitingJob(stage, into, 'job', ['first'], job)]);
      const consumer = await stage.consumer();
      const result = { ...failed(stage.id('first')), into };
      await nack(await stage.receiveOne(consumer), 'spoilt', { bucket: result });
      assert.equal((await readResult(stage, into, 'job')).skipped, true);
      assert.equal(await kept(), true);
      await stage.broker.channels.replayDeadLetters(stage.channel, { withDependents: true });
      await ack(await stage.receiveOne(consumer), { bucket: { ...result, success: true } });
      const revived = await stage.receiveOne(consumer);
      assert.equal(textOf(revived), 'job');
      assert.equal(await kept(), true);
      await ack(revived);
      assert.equal(await kept(), false);
    },
  );

  scenario(
    'removes the own arguments of a job that is skipped for good',
    { needs: [...needs, 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const { job, args } = withArgs(stage, into, { headers: { [HEADER.argsBucket]: '' } });
      await stage.broker.publish([waitingJob(stage, into, 'job', ['never'], { ...job, timeout: 300 })]);
      const consumer = await stage.consumer();
      const received = consumer.receive(1, { wait: true });
      await stage.pass(400);
      await until(async () => (await into.get([stage.id('job')]))[0] !== undefined, 'the job to be skipped');
      assert.deepEqual(await into.get([args.id]), [undefined]);
      consumer.wake();
      assert.deepEqual(await received, []);
    },
  );

  scenario(
    'removes the own arguments of a waiting job that is cancelled',
    { needs: [...needs, 'dependencies'] },
    async (stage) => {
      const into = (await stage.joinedBuckets())!;
      const { job, args } = withArgs(stage, into, { headers: { [HEADER.argsBucket]: '' } });
      await stage.broker.publish([waitingJob(stage, into, 'job', ['never'], job)]);
      assert.deepEqual(await into.get([args.id]), [args.body]);
      await stage.broker.cancel(stage.id('job'));
      assert.deepEqual(await into.get([args.id]), [undefined]);
    },
  );
}

type Run = (stage: Stage) => Promise<unknown>;

/** How a job ends for good. */
const ENDS: readonly (readonly [string, Run])[] = [
  ['when it is done', async (stage) => ack(await stage.receiveOne(await stage.consumer()))],
  ['when it is cancelled while it is queued', (stage) => stage.broker.cancel(stage.id('job'))],
  [
    'when it is cancelled while it is to be retried',
    async (stage) => {
      await retry(await stage.receiveOne(await stage.consumer()), 60_000);
      await stage.broker.cancel(stage.id('job'));
    },
  ],
  [
    'when it is cancelled while it runs',
    async (stage) => {
      await stage.receiveOne(await stage.consumer());
      await stage.broker.cancel(stage.id('job'));
    },
  ],
  ['when its channel is purged', (stage) => stage.broker.channels.purge(stage.channel)],
  ['when its channel is deleted', (stage) => stage.broker.channels.delete(stage.channel)],
  [
    'when it is a dead letter and its channel is deleted',
    async (stage) => {
      await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
      await stage.broker.channels.delete(stage.channel);
    },
  ],
];

/** How a job comes to be run again. */
const GOINGS_ON: readonly (readonly [string, Run])[] = [
  ['when it is given back', async (stage) => reject(await stage.receiveOne(await stage.consumer()))],
  ['for a retry', async (stage) => retry(await stage.receiveOne(await stage.consumer()), 1)],
  [
    'for the replay of its dead letter',
    async (stage) => {
      await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
      await stage.broker.channels.replayDeadLetters(stage.channel);
    },
  ],
];

/** Publishes a job with arguments; returns how to see whether they are still there. Undefined where the harness has no buckets. */
async function publishWithArgs(
  stage: Stage,
  more: Partial<OutgoingMessage>,
): Promise<((() => Promise<boolean>) & { into: BucketBroker }) | undefined> {
  const into = await stage.joinedBuckets();
  if (!into) return undefined;
  const { job, args } = withArgs(stage, into, more);
  await stage.broker.publish([job]);
  return Object.assign(async () => (await into.get([args.id]))[0] !== undefined, { into });
}

/** The job "job" and its arguments, in the bucket that its headers name. */
function withArgs(
  stage: Stage,
  into: BucketBroker,
  more: Partial<OutgoingMessage>,
): { job: OutgoingMessage; args: BucketWrite } {
  const ending = more.headers?.[HEADER.argsBucket] ?? '';
  const own = `${stage.id('job')}${ending === '' ? '#args' : ending}`;
  const id = ending === '' || ending.startsWith('#') ? own : ending;
  const args = { ...argsBucket({ id, ttl: null }), into };
  return { job: stage.job('job', { ...more, buckets: [args] }), args };
}

function failed(id: string) {
  const body = '{"success":false,"ttl":60000,"timestamp":1,"exception":"Error: spoilt","data":null}';
  return { id, body, ttl: 60_000, success: false, cause: `"${id}" failed: Error: spoilt` };
}
