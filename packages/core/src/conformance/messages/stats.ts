import assert from 'node:assert/strict';
import type { ChannelStats } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { until } from '../waiting.js';
import { type BrokerFixture, texts } from '../fixture.js';

const needs = ['administration'] as const;

/** Stats and peek. */
export function stats(scenario: Scenario): void {
  scenario('counts nothing on a new channel', { needs }, async (fixture) => {
    await fixture.broker.channels.declare(fixture.channel);
    await expectStats(fixture, {});
  });

  scenario('declares an existing channel without changing it', { needs }, async (fixture) => {
    await fixture.publish('kept');
    await fixture.broker.channels.declare(fixture.channel);
    await expectStats(fixture, { queued: 1 });
  });

  scenario('counts queued and running messages', { needs }, async (fixture) => {
    await fixture.publish('a', 'b', 'c');
    await expectStats(fixture, { queued: 3 });
    const delivery = await fixture.receiveOne(await fixture.consumer());
    await expectStats(fixture, { queued: 2, running: 1 });
    await ack(delivery);
    await expectStats(fixture, { queued: 2 });
  });

  scenario('counts queued messages of every priority', { needs: ['administration', 'priority'] }, async (fixture) => {
    const priorities = ['high', 'low', 'medium'] as const;
    await fixture.broker.publish(priorities.map((priority) => fixture.message(priority, { priority })));
    await expectStats(fixture, { queued: 3 });
  });

  scenario('counts delayed messages', { needs: ['administration', 'delay'] }, async (fixture) => {
    await fixture.broker.publish([fixture.message('later', { delay: 60_000 })]);
    await expectStats(fixture, { delayed: 1 });
  });

  scenario('counts dead letters', { needs: ['administration', 'deadLetters'] }, async (fixture) => {
    await fixture.publish('broken');
    await nack(await fixture.receiveOne(await fixture.consumer()), 'broken');
    await expectStats(fixture, { deadLetters: 1 });
  });

  scenario('peeks at the next messages without delivering them', { needs }, async (fixture) => {
    await fixture.publish('a', 'b', 'c');
    const peeked = await fixture.broker.channels.peek(fixture.channel, 2);
    assert.deepEqual(texts(peeked.map((message) => ({ message }))), ['a', 'b']);
    assert.equal(peeked[0]!.headers['topic'], 'act');
    await expectStats(fixture, { queued: 3 });
    assert.deepEqual(texts(await fixture.receive(await fixture.consumer(), 3)), ['a', 'b', 'c']);
  });

  scenario(
    'counts exactly after some were taken, cancelled and purged',
    { needs: ['administration', 'jobIds'] },
    async (fixture) => {
      const consumer = await fixture.consumer();
      await fixture.broker.publish(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => fixture.job(name)));
      const [done] = await fixture.receive(consumer, 2);
      await ack(done!);
      for (const name of ['d', 'f']) await fixture.broker.cancel(fixture.id(name));
      await expectStats(fixture, { queued: 2, running: 1 });
      assert.equal(await fixture.broker.channels.purge(fixture.channel), 2);
      await expectStats(fixture, { running: 1 });
      await fixture.publish('g', 'h');
      await expectStats(fixture, { queued: 2, running: 1 });
    },
  );

  scenario('counts the consumers that take from it', { needs }, async (fixture) => {
    const count = async () => (await fixture.broker.channels.stats(fixture.channel)).consumers;
    const untilCount = (expected: number) => until(async () => (await count()) === expected, `${expected} consumers`);
    assert.equal(await count(), 0);
    const consumer = await fixture.consumer();
    await untilCount(1);
    const other = await fixture.consumer({ channels: [fixture.anotherChannel(), fixture.channel] });
    await fixture.consumer({ channels: [fixture.anotherChannel()] });
    await untilCount(2);
    await consumer.close();
    await untilCount(1);
    await other.close();
    await untilCount(0);
  });

  scenario('peeks into an empty channel', { needs }, async (fixture) => {
    assert.deepEqual(await fixture.broker.channels.peek(fixture.channel, 10), []);
  });
}

async function expectStats(fixture: BrokerFixture, counts: Partial<ChannelStats>): Promise<void> {
  const none = { queued: 0, delayed: 0, waiting: 0, running: 0, deadLetters: 0, paused: false };
  const { consumers: _, ...counted } = await fixture.broker.channels.stats(fixture.channel);
  assert.deepEqual(counted, { ...none, ...counts });
}
