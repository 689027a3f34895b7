import assert from 'node:assert/strict';
import type { ChannelStats } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ack, nack } from '../settlements.js';
import { until } from '../waiting.js';
import { type Stage, texts } from '../stage.js';

const needs = ['administration'] as const;

/** Looking into a channel. */
export function stats(scenario: Scenario): void {
  scenario('counts nothing on a new channel', { needs }, async (stage) => {
    await stage.broker.channels.declare(stage.channel);
    await expectStats(stage, {});
  });

  scenario('declares a channel that is there without touching it', { needs }, async (stage) => {
    await stage.publish('kept');
    await stage.broker.channels.declare(stage.channel);
    await expectStats(stage, { queued: 1 });
  });

  scenario('counts what is queued and what is running', { needs }, async (stage) => {
    await stage.publish('a', 'b', 'c');
    await expectStats(stage, { queued: 3 });
    const delivery = await stage.receiveOne(await stage.consumer());
    await expectStats(stage, { queued: 2, running: 1 });
    await ack(delivery);
    await expectStats(stage, { queued: 2 });
  });

  scenario('counts what is queued of every priority', { needs: ['administration', 'priority'] }, async (stage) => {
    const priorities = ['high', 'low', 'medium'] as const;
    await stage.broker.publish(priorities.map((priority) => stage.message(priority, { priority })));
    await expectStats(stage, { queued: 3 });
  });

  scenario('counts what is delayed', { needs: ['administration', 'delay'] }, async (stage) => {
    await stage.broker.publish([stage.message('later', { delay: 60_000 })]);
    await expectStats(stage, { delayed: 1 });
  });

  scenario('counts dead letters', { needs: ['administration', 'deadLetters'] }, async (stage) => {
    await stage.publish('spoilt');
    await nack(await stage.receiveOne(await stage.consumer()), 'spoilt');
    await expectStats(stage, { deadLetters: 1 });
  });

  scenario('peeks at the next messages, and takes none', { needs }, async (stage) => {
    await stage.publish('a', 'b', 'c');
    const peeked = await stage.broker.channels.peek(stage.channel, 2);
    assert.deepEqual(texts(peeked.map((message) => ({ message }))), ['a', 'b']);
    assert.equal(peeked[0]!.headers['topic'], 'act');
    await expectStats(stage, { queued: 3 });
    assert.deepEqual(texts(await stage.receive(await stage.consumer(), 3)), ['a', 'b', 'c']);
  });

  scenario(
    'counts exactly after some were taken, cancelled and purged',
    { needs: ['administration', 'jobIds'] },
    async (stage) => {
      const consumer = await stage.consumer();
      await stage.broker.publish(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => stage.job(name)));
      const [done] = await stage.receive(consumer, 2);
      await ack(done!);
      for (const name of ['d', 'f']) await stage.broker.cancel(stage.id(name));
      await expectStats(stage, { queued: 2, running: 1 });
      assert.equal(await stage.broker.channels.purge(stage.channel), 2);
      await expectStats(stage, { running: 1 });
      await stage.publish('g', 'h');
      await expectStats(stage, { queued: 2, running: 1 });
    },
  );

  scenario('counts the consumers that take from it', { needs }, async (stage) => {
    const count = async () => (await stage.broker.channels.stats(stage.channel)).consumers;
    const untilCount = (expected: number) => until(async () => (await count()) === expected, `${expected} consumers`);
    assert.equal(await count(), 0);
    const consumer = await stage.consumer();
    await untilCount(1);
    const other = await stage.consumer({ channels: [stage.anotherChannel(), stage.channel] });
    await stage.consumer({ channels: [stage.anotherChannel()] });
    await untilCount(2);
    await consumer.close();
    await untilCount(1);
    await other.close();
    await untilCount(0);
  });

  scenario('peeks into an empty channel', { needs }, async (stage) => {
    assert.deepEqual(await stage.broker.channels.peek(stage.channel, 10), []);
  });
}

async function expectStats(stage: Stage, counts: Partial<ChannelStats>): Promise<void> {
  const none = { queued: 0, delayed: 0, waiting: 0, running: 0, deadLetters: 0, paused: false };
  const { consumers: _, ...counted } = await stage.broker.channels.stats(stage.channel);
  assert.deepEqual(counted, { ...none, ...counts });
}
