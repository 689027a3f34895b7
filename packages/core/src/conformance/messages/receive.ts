import assert from 'node:assert/strict';
import type { Consumer } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ackAll } from '../settlements.js';
import { textOf, texts } from '../fixture.js';
import { within } from '../waiting.js';

/** A consumer receives as many messages as it asks for, as soon as they are available. Each has one owner. */
export function receiving(scenario: Scenario): void {
  scenario('delivers no more than requested', async (fixture) => {
    await fixture.publish(...'abcdefghij');
    const consumer = await fixture.consumer();
    const first = await within(consumer.receive(3, { wait: true }), 'deliveries');
    assert.ok(first.length >= 1 && first.length <= 3, `gave ${first.length} of 3`);
    const rest = await fixture.receive(consumer, 10 - first.length);
    assert.deepEqual(texts([...first, ...rest]), [...'abcdefghij']);
  });

  scenario('prefetches nothing: messages stay available to other consumers', async (fixture) => {
    await fixture.publish('a', 'b');
    const [one, two] = [await fixture.consumer(), await fixture.consumer()];
    assert.equal(textOf(await fixture.receiveOne(one)), 'a');
    assert.equal(textOf(await fixture.receiveOne(two)), 'b');
  });

  scenario('returns immediately if nothing is due and it must not wait', async (fixture) => {
    await fixture.expectNothing(await fixture.consumer());
  });

  scenario('waits for the next message', async (fixture) => {
    const received = fixture.receiveOne(await fixture.consumer());
    await fixture.publish('awaited');
    assert.equal(textOf(await received), 'awaited');
  });

  scenario('resolves empty when woken, and works afterwards', async (fixture) => {
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    consumer.wake();
    assert.deepEqual(await within(received, 'the woken receive'), []);
    await fixture.publish('after');
    assert.equal(textOf(await fixture.receiveOne(consumer)), 'after');
  });

  scenario('loses nothing when woken while a message arrives', async (fixture) => {
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    const published = fixture.publish('coming');
    consumer.wake();
    const [early] = await within(received, 'the woken receive');
    await published;
    assert.equal(textOf(early ?? (await fixture.receiveOne(consumer))), 'coming');
  });

  scenario('delivers each message to one consumer', async (fixture) => {
    const consumers = [await fixture.consumer(), await fixture.consumer()];
    const sent = Array.from({ length: 200 }, (_, number) => `message ${number}`);
    const taken: string[] = [];
    const takers = consumers.map((consumer) => takeUntil(consumer, taken, sent.length));
    await fixture.publish(...sent);
    await within(Promise.race(takers), 'all messages to be taken');
    for (const consumer of consumers) await consumer.close();
    assert.deepEqual(taken.toSorted(), sent.toSorted());
  });

  scenario('receives from all its channels, and from no other', async (fixture) => {
    const [second, foreign] = [fixture.anotherChannel(), fixture.anotherChannel()];
    const channels = [fixture.channel, second];
    await fixture.broker.publish([...channels, foreign].map((channel) => fixture.message(channel, { channel })));
    const consumer = await fixture.consumer({ channels });
    const received = await fixture.receive(consumer, 2);
    assert.deepEqual(texts(received).toSorted(), channels.toSorted());
    assert.deepEqual(
      received.map(({ message }) => message.channel),
      texts(received),
    );
    await fixture.expectNothing(consumer);
    await ackAll([...received, ...(await fixture.receive(await fixture.consumer({ channels: [foreign] }), 1))]);
  });

  scenario('serves every channel, however busy another is', async (fixture) => {
    const quiet = fixture.anotherChannel();
    await fixture.publish(...Array.from({ length: 200 }, (_, number) => `${number}`));
    await fixture.broker.publish([fixture.message('quiet', { channel: quiet })]);
    const consumer = await fixture.consumer({ channels: [fixture.channel, quiet] });
    const received = [...(await fixture.receive(consumer, 10)), ...(await fixture.receive(consumer, 10))];
    assert.ok(texts(received).includes('quiet'), 'the quiet channel starves');
    await ackAll(received);
  });

  scenario('counts the first delivery as 1, and gives each a unique id', async (fixture) => {
    await fixture.publish('a', 'b', 'c');
    const received = await fixture.receive(await fixture.consumer(), 3);
    assert.deepEqual(
      received.map((delivery) => delivery.deliveryCount),
      [1, 1, 1],
    );
    assert.equal(new Set(received.map((delivery) => delivery.id)).size, 3);
  });

  scenario('does not redeliver what is in flight', async (fixture) => {
    await fixture.publish('once');
    const consumer = await fixture.consumer();
    await fixture.receiveOne(consumer);
    await fixture.expectNothing(consumer);
    await fixture.expectNothing(await fixture.consumer());
  });

  scenario('does not resolve a wait with nothing because another consumer was faster', async (fixture) => {
    const consumers = [await fixture.consumer(), await fixture.consumer()];
    const waits = consumers.map((consumer) => consumer.receive(5, { wait: true }));
    for (const round of ['first', 'second']) {
      await fixture.publish(round);
      const { deliveries, index } = await Promise.race(
        waits.map(async (wait, at) => ({ deliveries: await wait, index: at })),
      );
      assert.deepEqual(texts(deliveries), [round]);
      await ackAll(deliveries);
      waits[index] = consumers[index]!.receive(5, { wait: true });
    }
    for (const consumer of consumers) consumer.wake();
    assert.deepEqual(await Promise.all(waits), [[], []]);
  });

  scenario('delivers no more of a channel than its limit, and of others what is available', async (fixture) => {
    const other = fixture.anotherChannel();
    const sent = ['a', 'b', 'c', 'd', 'e'];
    await fixture.broker.publish(
      [fixture.channel, other].flatMap((channel) => sent.map((text) => fixture.message(text, { channel }))),
    );
    const consumer = await fixture.consumer({ channels: [fixture.channel, other] });
    const limits = new Map([[fixture.channel, 2]]);
    const received = await consumer.receive(10, { wait: true, limits });
    const ofChannel = (channel: string) => received.filter(({ message }) => message.channel === channel).length;
    assert.ok(ofChannel(fixture.channel) <= 2, `${ofChannel(fixture.channel)} of a channel that may give 2`);
    const rest = await fixture.receive(consumer, 10 - received.length);
    await ackAll([...received, ...rest]);
    assert.deepEqual([...received, ...rest].map(textOf).toSorted(), [...sent, ...sent].toSorted());
  });

  scenario('delivers nothing of a channel whose limit is 0, and waits for the others', async (fixture) => {
    const other = fixture.anotherChannel();
    const consumer = await fixture.consumer({ channels: [fixture.channel, other] });
    const limits = new Map([[fixture.channel, 0]]);
    await fixture.publish('kept back');
    assert.deepEqual(await consumer.receive(10, { wait: false, limits }), []);
    const received = within(consumer.receive(10, { wait: true, limits }), 'the other channel');
    await fixture.publish('kept back, too');
    await fixture.broker.publish([fixture.message('other', { channel: other })]);
    assert.deepEqual(texts(await received), ['other']);
    await ackAll(await received);
    assert.deepEqual(texts(await fixture.receive(consumer, 2)), ['kept back', 'kept back, too']);
  });

  scenario('reports how long a delivery is owned', { ownershipTime: 12_345 }, async (fixture) => {
    assert.equal((await fixture.consumer()).ownershipTime, 12_345);
  });
}

async function takeUntil(consumer: Consumer, taken: string[], total: number): Promise<void> {
  while (taken.length < total) {
    const deliveries = await consumer.receive(7, { wait: true });
    if (deliveries.length === 0) return; // The consumer was closed.
    taken.push(...texts(deliveries));
    await ackAll(deliveries);
  }
}
