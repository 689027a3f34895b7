import assert from 'node:assert/strict';
import type { Delivery, JobLocation } from '../../broker/index.js';
import { DuplicateJobError } from '../../errors/index.js';
import { expectTaken } from '../taken-ids.js';
import type { Scenario } from '../scenario.js';
import { ack, nack, reject, retry } from '../settlements.js';
import { type BrokerFixture, texts } from '../fixture.js';

const needs = ['jobIds'] as const;

/** A job id is unique while the broker holds the job, across channels. */
export function ids(scenario: Scenario): void {
  for (const [location, prepare] of LOCATIONS) {
    const options = { needs: [...needs, 'delay', 'dependencies'] as const };
    scenario(`refuses an id that is ${location}, on any channel, and says where`, options, async (fixture) => {
      await prepare(fixture);
      const takenBy = { channel: fixture.channel, jobId: fixture.id('job'), location };
      const elsewhere = fixture.anotherChannel();
      for (const channel of [fixture.channel, elsewhere]) {
        await expectTaken(fixture, [fixture.job('job', { channel })], { id: fixture.id('job'), channel, takenBy });
      }
      assert.equal(await fixture.locationOf('job'), location);
    });
  }

  scenario('publishes none of a batch if one id is taken', { needs }, async (fixture) => {
    await fixture.broker.publish([fixture.job('taken')]);
    const batch = [
      fixture.job('one', { channel: fixture.anotherChannel() }),
      fixture.job('taken'),
      fixture.message('two'),
    ];
    await assert.rejects(fixture.broker.publish(batch), DuplicateJobError);
    assert.deepEqual(texts(await (await fixture.consumer()).receive(10, { wait: true })), ['taken']);
    assert.equal(await fixture.locationOf('one'), undefined);
  });

  scenario('publishes none of a batch with a duplicate id, on one channel or two', { needs }, async (fixture) => {
    for (const channel of [fixture.channel, fixture.anotherChannel()]) {
      const batch = [fixture.job('one'), fixture.job('twice'), fixture.job('twice', { channel })];
      await expectTaken(fixture, batch, { id: fixture.id('twice'), channel, takenBy: 'same-call' });
    }
    await fixture.expectNothing(await fixture.consumer());
    await fixture.broker.publish([fixture.job('one'), fixture.job('twice')]);
  });

  scenario('frees the id with ack, for any channel', { needs }, async (fixture) => {
    await runJob(fixture, ack);
    await fixture.broker.publish([fixture.job('job', { channel: fixture.anotherChannel() })]);
    await expectTaken(fixture, [fixture.job('job')]);
  });

  scenario('frees the id with nack', { needs }, async (fixture) => {
    await runJob(fixture, (delivery) => nack(delivery, 'broken'));
    await fixture.broker.publish([fixture.job('job')]);
  });

  scenario('keeps the id with reject', { needs }, async (fixture) => {
    await runJob(fixture, reject);
    await expectTaken(fixture, [fixture.job('job')]);
  });

  scenario('keeps the id while a retry waits', { needs: ['jobIds', 'delay'] }, async (fixture) => {
    await runJob(fixture, (delivery) => retry(delivery, 60_000));
    await expectTaken(fixture, [fixture.job('job')]);
  });

  scenario('finds a job by its id alone, and reports its channel', { needs }, async (fixture) => {
    const channel = fixture.anotherChannel();
    await fixture.broker.publish([fixture.job('here'), fixture.job('there', { channel })]);
    const place = await fixture.broker.locate(fixture.id('there'));
    assert.deepEqual(place, { channel, jobId: fixture.id('there'), location: 'queued' });
    const inspection = await fixture.broker.inspect(fixture.id('there'));
    assert.equal(inspection?.channel, channel);
    assert.equal(inspection.message.channel, channel);
    assert.equal((await fixture.broker.cancel(fixture.id('there')))?.channel, channel);
    assert.equal(await fixture.locationOf('here'), 'queued');
  });

  scenario('gives each delivery a unique id, which is never reused', async (fixture) => {
    const channels = [fixture.channel, fixture.anotherChannel()];
    const seen = new Set<string>();
    for (const round of [1, 2, 3]) {
      const batch = channels.flatMap((channel) => ['a', 'b'].map((text) => fixture.message(text, { channel })));
      await fixture.broker.publish(batch);
      const consumer = await fixture.consumer({ channels });
      for (const delivery of await fixture.receive(consumer, batch.length)) {
        seen.add(`${delivery.message.channel} ${delivery.priority} ${delivery.id}`);
        await ack(delivery);
      }
      await consumer.close();
      assert.equal(seen.size, round * batch.length);
      if (fixture.broker.capabilities.administration) await fixture.broker.channels.delete(fixture.channel);
    }
  });
}

/** How to bring a job into each state. */
const LOCATIONS: readonly (readonly [JobLocation, (fixture: BrokerFixture) => Promise<unknown>])[] = [
  ['queued', (fixture) => fixture.broker.publish([fixture.job('job')])],
  ['delayed', (fixture) => fixture.broker.publish([fixture.job('job', { delay: 60_000 })])],
  [
    'running',
    async (fixture) => {
      await fixture.broker.publish([fixture.job('job')]);
      await fixture.receiveOne(await fixture.consumer());
    },
  ],
  [
    'waiting',
    async (fixture) => {
      await fixture.transactionalBuckets();
      const on = [{ bucketId: fixture.id('never'), condition: 'success' }] as const;
      await fixture.broker.publish([fixture.job('job', { waits: { on, timeout: 60_000 } })]);
    },
  ],
];

async function runJob(fixture: BrokerFixture, end: (delivery: Delivery) => Promise<void>): Promise<void> {
  await fixture.broker.publish([fixture.job('job')]);
  await end(await fixture.receiveOne(await fixture.consumer()));
}
