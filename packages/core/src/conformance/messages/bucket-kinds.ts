import assert from 'node:assert/strict';
import type { BucketBroker, BucketWrite } from '../../bucket/index.js';
import { expectTaken } from '../refusals.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { argsBucket, bucket, type Stage } from '../stage.js';

const needs = ['jobIds'] as const;

/** Arguments and results never share a bucket. */
export function bucketKinds(scenario: Scenario): void {
  scenario('refuses a job whose result would lie where arguments are', { needs }, async (stage) => {
    const { into, args } = await prepare(stage, 'shared');
    if (!into) return;
    await into.store([args]);
    const job = stage.jobWithResult('shared', { clears: [{ id: args.id, into }] });
    await expectTaken(stage, [job], { id: args.id, takenBy: 'arguments' });
    assert.deepEqual(await into.get([args.id]), [args.body]);
    assert.equal(await stage.locationOf('shared'), undefined);
  });

  scenario('refuses arguments that would lie where a result is kept', { needs }, async (stage) => {
    const { into, args } = await prepare(stage, 'shared');
    if (!into) return;
    const result = bucket({ id: args.id });
    await into.store([result]);
    await expectTaken(stage, [stage.job('job', { buckets: [args] })], { id: args.id, takenBy: 'result' });
    assert.deepEqual(await into.get([args.id]), [result.body]);
    assert.equal(await stage.locationOf('job'), undefined);
  });

  scenario('refuses arguments that would lie where the result of a job is to be', { needs }, async (stage) => {
    for (const name of ['id', 'result']) {
      const { into, args } = await prepare(stage, name);
      if (!into) return;
      await stage.broker.publish([stage.jobWithResult('id', {}, 'result')]);
      const takenBy = { channel: stage.channel, jobId: stage.id('id'), location: 'queued' } as const;
      const other = stage.job('job', { channel: stage.anotherChannel(), buckets: [args] });
      await expectTaken(stage, [other], { id: args.id, takenBy });
      assert.deepEqual(await into.get([args.id]), [undefined]);
      await stage.broker.cancel(stage.id('id'));
    }
  });

  scenario('refuses arguments that have the id of a job of the same call', { needs }, async (stage) => {
    const { into, args } = await prepare(stage, 'shared');
    if (!into) return;
    const withArgs = stage.job('job', { buckets: [args] });
    for (const batch of [
      [stage.job('shared'), withArgs],
      [withArgs, stage.job('shared')],
      [stage.jobWithResult('other', {}, 'shared'), withArgs],
      [stage.job('shared', { buckets: [args] })],
    ]) {
      await expectTaken(stage, batch, { id: args.id, takenBy: 'same-call' });
    }
    assert.deepEqual(await into.get([args.id]), [undefined]);
  });

  scenario('stores arguments anew, and clears the result of an earlier job', { needs }, async (stage) => {
    const { into, args } = await prepare(stage, 'args');
    if (!into) return;
    const result = bucket({ id: stage.id('job') });
    await into.store([args, result]);
    const anew = { ...args, body: args.body.replace('"data":1', '"data":2') };
    await stage.broker.publish([stage.job('job', { buckets: [anew], clears: [{ id: result.id, into }] })]);
    assert.deepEqual(await into.get([args.id, result.id]), [anew.body, undefined]);
  });

  scenario('leaves out a follower whose result would lie where arguments are', { needs }, async (stage) => {
    const { into, args } = await prepare(stage, 'shared');
    if (!into) return;
    await into.store([args]);
    await stage.publish('first');
    const follower = stage.jobWithResult('shared', { clears: [{ id: args.id, into }] });
    await ack(await stage.receiveOne(await stage.consumer()), { publish: [follower, stage.job('free')] });
    assert.deepEqual(await into.get([args.id]), [args.body]);
    assert.deepEqual([await stage.locationOf('shared'), await stage.locationOf('free')], [undefined, 'queued']);
  });
}

async function prepare(
  stage: Stage,
  name: string,
): Promise<{ into: BucketBroker; args: BucketWrite } | { into?: undefined; args?: undefined }> {
  const into = await stage.joinedBuckets();
  return into ? { into, args: { ...argsBucket({ id: stage.id(name) }), into } } : {};
}
