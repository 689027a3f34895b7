import assert from 'node:assert/strict';
import type { Consumer } from '../../broker/index.js';
import type { Scenario } from '../scenario.js';
import { ackAll } from '../settlements.js';
import { textOf, texts } from '../stage.js';
import { within } from '../waiting.js';

/** As many as asked for, as soon as they are there, each to one owner. */
export function receiving(scenario: Scenario): void {
  scenario('gives no more than asked for', async (stage) => {
    await stage.publish(...'abcdefghij');
    const consumer = await stage.consumer();
    const first = await within(consumer.receive(3, { wait: true }), 'deliveries');
    assert.ok(first.length >= 1 && first.length <= 3, `gave ${first.length} of 3`);
    const rest = await stage.receive(consumer, 10 - first.length);
    assert.deepEqual(texts([...first, ...rest]), [...'abcdefghij']);
  });

  scenario('takes nothing ahead: what one consumer did not ask for is there for another', async (stage) => {
    await stage.publish('a', 'b');
    const [one, two] = [await stage.consumer(), await stage.consumer()];
    assert.equal(textOf(await stage.receiveOne(one)), 'a');
    assert.equal(textOf(await stage.receiveOne(two)), 'b');
  });

  scenario('answers at once where nothing is due and it need not wait', async (stage) => {
    await stage.expectNothing(await stage.consumer());
  });

  scenario('waits for the next message', async (stage) => {
    const received = stage.receiveOne(await stage.consumer());
    await stage.publish('awaited');
    assert.equal(textOf(await received), 'awaited');
  });

  scenario('answers empty when woken, and goes on afterwards', async (stage) => {
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    consumer.wake();
    assert.deepEqual(await within(received, 'the woken receive'), []);
    await stage.publish('after');
    assert.equal(textOf(await stage.receiveOne(consumer)), 'after');
  });

  scenario('loses nothing when woken while a message comes', async (stage) => {
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    const published = stage.publish('coming');
    consumer.wake();
    const [early] = await within(received, 'the woken receive');
    await published;
    assert.equal(textOf(early ?? (await stage.receiveOne(consumer))), 'coming');
  });

  scenario('gives each message to one consumer', async (stage) => {
    const consumers = [await stage.consumer(), await stage.consumer()];
    const sent = Array.from({ length: 200 }, (_, number) => `message ${number}`);
    const taken: string[] = [];
    const takers = consumers.map((consumer) => takeUntil(consumer, taken, sent.length));
    await stage.publish(...sent);
    await within(Promise.race(takers), 'all messages to be taken');
    for (const consumer of consumers) await consumer.close();
    assert.deepEqual(taken.toSorted(), sent.toSorted());
  });

  scenario('takes from all its channels, and from no other', async (stage) => {
    const [second, foreign] = [stage.anotherChannel(), stage.anotherChannel()];
    const channels = [stage.channel, second];
    await stage.broker.publish([...channels, foreign].map((channel) => stage.message(channel, { channel })));
    const consumer = await stage.consumer({ channels });
    const received = await stage.receive(consumer, 2);
    assert.deepEqual(texts(received).toSorted(), channels.toSorted());
    assert.deepEqual(
      received.map(({ message }) => message.channel),
      texts(received),
    );
    await stage.expectNothing(consumer);
    await ackAll([...received, ...(await stage.receive(await stage.consumer({ channels: [foreign] }), 1))]);
  });

  scenario('serves every channel, however full another is', async (stage) => {
    const quiet = stage.anotherChannel();
    await stage.publish(...Array.from({ length: 200 }, (_, number) => `${number}`));
    await stage.broker.publish([stage.message('quiet', { channel: quiet })]);
    const consumer = await stage.consumer({ channels: [stage.channel, quiet] });
    const received = [...(await stage.receive(consumer, 10)), ...(await stage.receive(consumer, 10))];
    assert.ok(texts(received).includes('quiet'), 'the quiet channel starves');
    await ackAll(received);
  });

  scenario('counts the first delivery as 1, and gives each an id of its own', async (stage) => {
    await stage.publish('a', 'b', 'c');
    const received = await stage.receive(await stage.consumer(), 3);
    assert.deepEqual(
      received.map((delivery) => delivery.deliveryCount),
      [1, 1, 1],
    );
    assert.equal(new Set(received.map((delivery) => delivery.id)).size, 3);
  });

  scenario('does not give again what is in hand', async (stage) => {
    await stage.publish('once');
    const consumer = await stage.consumer();
    await stage.receiveOne(consumer);
    await stage.expectNothing(consumer);
    await stage.expectNothing(await stage.consumer());
  });

  scenario('never answers a wait empty because another consumer was quicker', async (stage) => {
    const consumers = [await stage.consumer(), await stage.consumer()];
    const waits = consumers.map((consumer) => consumer.receive(5, { wait: true }));
    for (const round of ['first', 'second']) {
      await stage.publish(round);
      const { deliveries, index } = await Promise.race(
        waits.map(async (wait, place) => ({ deliveries: await wait, index: place })),
      );
      assert.deepEqual(texts(deliveries), [round]);
      await ackAll(deliveries);
      waits[index] = consumers[index]!.receive(5, { wait: true });
    }
    for (const consumer of consumers) consumer.wake();
    assert.deepEqual(await Promise.all(waits), [[], []]);
  });

  scenario('gives no more of a channel than its limit, and of others what there is', async (stage) => {
    const other = stage.anotherChannel();
    const sent = ['a', 'b', 'c', 'd', 'e'];
    await stage.broker.publish(
      [stage.channel, other].flatMap((channel) => sent.map((text) => stage.message(text, { channel }))),
    );
    const consumer = await stage.consumer({ channels: [stage.channel, other] });
    const limits = new Map([[stage.channel, 2]]);
    const received = await consumer.receive(10, { wait: true, limits });
    const ofChannel = (channel: string) => received.filter(({ message }) => message.channel === channel).length;
    assert.ok(ofChannel(stage.channel) <= 2, `${ofChannel(stage.channel)} of a channel that may give 2`);
    const rest = await stage.receive(consumer, 10 - received.length);
    await ackAll([...received, ...rest]);
    assert.deepEqual([...received, ...rest].map(textOf).toSorted(), [...sent, ...sent].toSorted());
  });

  scenario('gives nothing of a channel whose limit is 0, and waits for the others', async (stage) => {
    const other = stage.anotherChannel();
    const consumer = await stage.consumer({ channels: [stage.channel, other] });
    const limits = new Map([[stage.channel, 0]]);
    await stage.publish('kept back');
    assert.deepEqual(await consumer.receive(10, { wait: false, limits }), []);
    const received = within(consumer.receive(10, { wait: true, limits }), 'the other channel');
    await stage.publish('kept back, too');
    await stage.broker.publish([stage.message('other', { channel: other })]);
    assert.deepEqual(texts(await received), ['other']);
    await ackAll(await received);
    assert.deepEqual(texts(await stage.receive(consumer, 2)), ['kept back', 'kept back, too']);
  });

  scenario('says how long a delivery is owned', { ownershipTime: 12_345 }, async (stage) => {
    assert.equal((await stage.consumer()).ownershipTime, 12_345);
  });
}

async function takeUntil(consumer: Consumer, taken: string[], total: number): Promise<void> {
  while (taken.length < total) {
    const deliveries = await consumer.receive(7, { wait: true });
    if (deliveries.length === 0) return; // It was closed.
    taken.push(...texts(deliveries));
    await ackAll(deliveries);
  }
}
