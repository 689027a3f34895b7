import assert from 'node:assert/strict';
import { BrokerClosedError } from '../../errors/index.js';
import type { Scenario } from '../scenario.js';
import { ack } from '../settlements.js';
import { type BrokerFixture, textOf } from '../fixture.js';
import { within } from '../waiting.js';

/** Connecting, disconnecting, and calls in between. */
export function lifecycle(scenario: Scenario): void {
  scenario('may be connected and disconnected twice', async (fixture) => {
    await fixture.broker.connect();
    await fixture.broker.disconnect();
    await fixture.broker.disconnect();
  });

  scenario('refuses calls before it is connected', async (fixture) => {
    await expectClosed(await fixture.harness.createBroker(), fixture);
  });

  scenario('refuses calls after it was disconnected', async (fixture) => {
    await fixture.broker.disconnect();
    await expectClosed(fixture.broker, fixture);
  });

  scenario('keeps its messages over a reconnect', async (fixture) => {
    await fixture.publish('kept');
    await fixture.broker.disconnect();
    await fixture.broker.connect();
    await fixture.publish('new');
    const consumer = await fixture.consumer();
    const received = await fixture.receive(consumer, 2);
    assert.deepEqual(received.map(textOf), ['kept', 'new']);
  });

  scenario('keeps deliveries in flight owned while it is disconnected', async (fixture) => {
    await fixture.publish('in flight');
    const delivery = await fixture.receiveOne(await fixture.consumer());
    await fixture.broker.disconnect();
    await assert.rejects(ack(delivery), BrokerClosedError);
    await fixture.broker.connect();
    await fixture.expectNothing(await fixture.consumer());
  });

  scenario('delivers nothing to a closed consumer', async (fixture) => {
    const consumer = await fixture.consumer();
    await consumer.close();
    await consumer.close();
    await fixture.publish('for others');
    assert.deepEqual(await within(consumer.receive(1, { wait: true }), 'the closed consumer'), []);
    assert.equal(textOf(await fixture.receiveOne(await fixture.consumer())), 'for others');
  });

  scenario('resolves a waiting receive when its consumer is closed', async (fixture) => {
    const consumer = await fixture.consumer();
    const received = consumer.receive(1, { wait: true });
    await consumer.close();
    assert.deepEqual(await within(received, 'the waiting receive'), []);
  });

  scenario('resolves a waiting receive when the broker is disconnected', async (fixture) => {
    const received = (await fixture.consumer()).receive(1, { wait: true });
    await fixture.broker.disconnect();
    assert.deepEqual(await within(received, 'the waiting receive'), []);
  });

  scenario('lets a closed consumer settle its deliveries in flight', async (fixture) => {
    await fixture.publish('in flight');
    const consumer = await fixture.consumer();
    const delivery = await fixture.receiveOne(consumer);
    await consumer.close();
    await ack(delivery);
    await fixture.expectNothing(await fixture.consumer());
  });
}

async function expectClosed(broker: BrokerFixture['broker'], fixture: BrokerFixture): Promise<void> {
  const { capabilities, channels } = broker;
  await assert.rejects(broker.publish([fixture.message('never')]), BrokerClosedError);
  await assert.rejects(broker.consume({ channels: [fixture.channel] }), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.locate('job'), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.inspect('job'), BrokerClosedError);
  if (capabilities.jobIds) await assert.rejects(broker.cancel('job'), BrokerClosedError);
  if (capabilities.administration) await assert.rejects(channels.stats(fixture.channel), BrokerClosedError);
  if (!capabilities.deadLetters) return;
  await assert.rejects(channels.deadLetters(fixture.channel, 1), BrokerClosedError);
  await assert.rejects(channels.replayDeadLetters(fixture.channel), BrokerClosedError);
  await assert.rejects(channels.deleteDeadLetters(fixture.channel, ['1']), BrokerClosedError);
}
