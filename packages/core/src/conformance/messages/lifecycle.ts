import assert from 'node:assert/strict';
import { BrokerClosedError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { type Stage, textOf } from '../stage.js';
import { within } from '../waiting.js';

/** Connecting, closing, and what calls do in between. */
export function lifecycle(scenario: Scenario): void {
  scenario('may be connected and disconnected twice', async (stage) => {
    await stage.broker.connect();
    await stage.broker.disconnect();
    await stage.broker.disconnect();
  });

  scenario('refuses calls before it is connected', async (stage) => {
    await expectClosed(await stage.harness.createBroker(), stage);
  });

  scenario('refuses calls after it was disconnected', async (stage) => {
    await stage.broker.disconnect();
    await expectClosed(stage.broker, stage);
  });

  scenario('goes on after it was connected again, with all that it held', async (stage) => {
    await stage.publish('kept');
    await stage.broker.disconnect();
    await stage.broker.connect();
    await stage.publish('new');
    const consumer = await stage.consumer();
    const received = await stage.receive(consumer, 2);
    assert.deepEqual(received.map(textOf), ['kept', 'new']);
  });

  scenario('keeps what is in hand owned while it is disconnected', async (stage) => {
    await stage.publish('in hand');
    const delivery = await stage.receiveOne(await stage.consumer());
    await stage.broker.disconnect();
    await assert.rejects(ack(delivery), BrokerClosedError);
    await stage.broker.connect();
    await stage.expectNothing(await stage.consumer());
  });

  scenario('gives nothing through a closed consumer', async (stage) => {
    const consumer = await stage.consumer();
    await consumer.close();
    await consumer.close();
    await stage.publish('for others');
    assert.deepEqual(await within(consumer.receive(1, { wait: true }), 'the closed consumer'), []);
    assert.equal(textOf(await stage.receiveOne(await stage.consumer())), 'for others');
  });

  scenario('resolves a waiting receive when its consumer is closed', async (stage) => {
    const consumer = await stage.consumer();
    const received = consumer.receive(1, { wait: true });
    await consumer.close();
    assert.deepEqual(await within(received, 'the waiting receive'), []);
  });

  scenario('resolves a waiting receive when the broker is disconnected', async (stage) => {
    const received = (await stage.consumer()).receive(1, { wait: true });
    await stage.broker.disconnect();
    assert.deepEqual(await within(received, 'the waiting receive'), []);
  });

  scenario('lets a closed consumer settle what it has in hand', async (stage) => {
    await stage.publish('in hand');
    const consumer = await stage.consumer();
    const delivery = await stage.receiveOne(consumer);
    await consumer.close();
    await ack(delivery);
    await stage.expectNothing(await stage.consumer());
  });
}

async function expectClosed(broker: Stage['broker'], stage: Stage): Promise<void> {
  const { capabilities, channels } = broker;
  await assert.rejects(broker.publish([stage.message('never')]), BrokerClosedError);
  await assert.rejects(broker.consume({ channels: [stage.channel] }), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.locate('job'), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.inspect('job'), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.cancel('job'), BrokerClosedError);
  if (capabilities.administration) await assert.rejects(channels.stats(stage.channel), BrokerClosedError);
  if (!capabilities.deadLetters) return;
  await assert.rejects(channels.deadLetters(stage.channel, 1), BrokerClosedError);
  await assert.rejects(channels.replayDeadLetters(stage.channel), BrokerClosedError);
  await assert.rejects(channels.deleteDeadLetters(stage.channel, ['1']), BrokerClosedError);
}
