import assert from 'node:assert/strict';
import type { BucketBroker, BucketWrite } from '../../bucket/index.js';
import { expectTaken } from '../taken-ids.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { argsBucket, bucket, type BrokerFixture } from '../fixture.js';

const needs = ['jobIds'] as const;

/** Arguments and results never share a bucket. */
export function bucketKinds(scenario: Scenario): void {
  scenario('refuses a job whose result bucket holds arguments', { needs }, async (fixture) => {
    const { into, args } = await prepare(fixture, 'shared');
    if (!into) return;
    await into.store([args]);
    const job = fixture.jobWithResult('shared', { clears: [{ id: args.id, into }] });
    await expectTaken(fixture, [job], { id: args.id, takenBy: 'arguments' });
    assert.deepEqual(await into.get([args.id]), [args.body]);
    assert.equal(await fixture.locationOf('shared'), undefined);
  });

  scenario('refuses arguments whose bucket holds a result', { needs }, async (fixture) => {
    const { into, args } = await prepare(fixture, 'shared');
    if (!into) return;
    const result = bucket({ id: args.id });
    await into.store([result]);
    await expectTaken(fixture, [fixture.job('job', { buckets: [args] })], { id: args.id, takenBy: 'result' });
    assert.deepEqual(await into.get([args.id]), [result.body]);
    assert.equal(await fixture.locationOf('job'), undefined);
  });

  scenario('refuses arguments whose bucket is the result bucket of a held job', { needs }, async (fixture) => {
    for (const name of ['id', 'result']) {
      const { into, args } = await prepare(fixture, name);
      if (!into) return;
      await fixture.broker.publish([fixture.jobWithResult('id', {}, 'result')]);
      const takenBy = { channel: fixture.channel, jobId: fixture.id('id'), location: 'queued' } as const;
      const other = fixture.job('job', { channel: fixture.anotherChannel(), buckets: [args] });
      await expectTaken(fixture, [other], { id: args.id, takenBy });
      assert.deepEqual(await into.get([args.id]), [undefined]);
      await fixture.broker.cancel(fixture.id('id'));
    }
  });

  scenario('refuses arguments that have the id of a job of the same call', { needs }, async (fixture) => {
    const { into, args } = await prepare(fixture, 'shared');
    if (!into) return;
    const withArgs = fixture.job('job', { buckets: [args] });
    for (const batch of [
      [fixture.job('shared'), withArgs],
      [withArgs, fixture.job('shared')],
      [fixture.jobWithResult('other', {}, 'shared'), withArgs],
      [fixture.job('shared', { buckets: [args] })],
    ]) {
      await expectTaken(fixture, batch, { id: args.id, takenBy: 'same-call' });
    }
    assert.deepEqual(await into.get([args.id]), [undefined]);
  });

  scenario('replaces arguments, and clears the result of an earlier job', { needs }, async (fixture) => {
    const { into, args } = await prepare(fixture, 'args');
    if (!into) return;
    const result = bucket({ id: fixture.id('job') });
    await into.store([args, result]);
    const anew = { ...args, body: args.body.replace('"data":1', '"data":2') };
    await fixture.broker.publish([fixture.job('job', { buckets: [anew], clears: [{ id: result.id, into }] })]);
    assert.deepEqual(await into.get([args.id, result.id]), [anew.body, undefined]);
  });

  scenario('leaves out a follower whose result bucket holds arguments', { needs }, async (fixture) => {
    const { into, args } = await prepare(fixture, 'shared');
    if (!into) return;
    await into.store([args]);
    await fixture.publish('first');
    const follower = fixture.jobWithResult('shared', { clears: [{ id: args.id, into }] });
    await ack(await fixture.receiveOne(await fixture.consumer()), { publish: [follower, fixture.job('free')] });
    assert.deepEqual(await into.get([args.id]), [args.body]);
    assert.deepEqual([await fixture.locationOf('shared'), await fixture.locationOf('free')], [undefined, 'queued']);
  });
}

async function prepare(
  fixture: BrokerFixture,
  name: string,
): Promise<{ into: BucketBroker; args: BucketWrite } | { into?: undefined; args?: undefined }> {
  const into = await fixture.transactionalBuckets();
  return into ? { into, args: { ...argsBucket({ id: fixture.id(name) }), into } } : {};
}
