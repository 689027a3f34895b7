import assert from 'node:assert/strict';
import { LostOwnershipError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { HEADER } from '../../message/index.js';
import { uniqueName } from '../stage.js';
import { until } from '../waiting.js';

const needs = ['jobIds'] as const;

/** Finding jobs by their ids, and calling them off. */
export function cancelling(scenario: Scenario): void {
  scenario('tells where a job is, to its end', { needs: ['jobIds', 'delay'] }, async (stage) => {
    const where = () => stage.broker.locate('job');
    assert.equal((await where())?.location, undefined);
    await stage.broker.publish([stage.job('job', { delay: 1_000 })]);
    assert.equal((await where())?.location, 'delayed');
    const received = stage.receiveOne(await stage.consumer());
    await stage.pass(1_000);
    const delivery = await received;
    assert.equal((await where())?.location, 'running');
    await ack(delivery);
    assert.equal((await where())?.location, undefined);
  });

  scenario('finds a queued job', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    assert.equal((await stage.broker.locate('job'))?.location, 'queued');
  });

  scenario('does not find a job that was given up', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('job')]);
    await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
    assert.equal(await stage.broker.locate('job'), undefined);
  });

  scenario('takes a queued job away, and frees its id', { needs }, async (stage) => {
    await stage.broker.publish([stage.job('one'), stage.job('two'), stage.job('three')]);
    assert.equal((await stage.broker.cancel('two'))?.location, 'queued');
    const received = await stage.receive(await stage.consumer(), 2);
    assert.deepEqual(
      received.map(({ message }) => message.headers['repid-id']),
      ['one', 'three'],
    );
    await stage.broker.publish([stage.job('two')]);
  });

  scenario('takes a delayed job away, and frees its id', { needs: ['jobIds', 'delay'] }, async (stage) => {
    await stage.broker.publish([stage.job('job', { delay: 1_000 })]);
    assert.equal((await stage.broker.cancel('job'))?.location, 'delayed');
    await stage.pass(1_001);
    await stage.expectNothing(await stage.consumer());
    await stage.broker.publish([stage.job('job')]);
  });

  scenario('tells the consumer that has a running job in hand', { needs }, async (stage) => {
    const told: string[] = [];
    const consumer = await stage.consumer({ onCancel: (...job) => told.push(job.join(' ')) });
    const bystander = await stage.consumer({ onCancel: () => told.push('bystander') });
    await stage.broker.publish([stage.job('job')]);
    const delivery = await stage.receiveOne(consumer);
    assert.equal((await stage.broker.cancel('job'))?.location, 'running');
    await until(() => told.length > 0, 'the consumer to be told');
    assert.deepEqual(told, [`${stage.channel} job`]);
    await assert.rejects(ack(delivery), LostOwnershipError);
    await bystander.close();
  });

  scenario('answers nothing for a job that is not there', { needs }, async (stage) => {
    assert.equal(await stage.broker.cancel('nobody'), undefined);
  });

  scenario('stores the result of a cancelled job where its headers name it', { needs }, async (stage) => {
    const into = await stage.joinedBuckets();
    if (!into) return;
    const id = uniqueName('result');
    await stage.broker.publish([stage.job('job', { resultId: id, headers: { [HEADER.resultBucket]: id } })]);
    await stage.broker.cancel('job', { result: { into, exception: 'CancelledError: Enough.' } });
    const [body] = await into.get([id]);
    const { success, cancelled, exception } = JSON.parse(body!) as Record<string, unknown>;
    assert.deepEqual(
      { success, cancelled, exception },
      { success: false, cancelled: true, exception: 'CancelledError: Enough.' },
    );
  });
}
