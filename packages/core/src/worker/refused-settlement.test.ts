import { expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerRefusedError, BrokerUnavailableError } from '../errors/index.js';
import type { Delivery } from '../broker/index.js';
import { OWNERSHIP_TIME, Workshop } from './testing/workshop.test-support.js';

const work = defineActor({ name: 'work' }, (_, msg) => msg.sendMessageJson({ channel: 'next', payload: 1 }));

/** Has settlements that publish fail with this error. */
function refusing(workshop: Workshop, error: () => Error): void {
  const consume = workshop.broker.consume.bind(workshop.broker);
  vi.spyOn(workshop.broker, 'consume').mockImplementation(async (options) => {
    const consumer = await consume(options);
    const receive = consumer.receive.bind(consumer);
    consumer.receive = async (max, how) => (await receive(max, how)).map((delivery) => guarded(delivery, error));
    return consumer;
  });
}

function guarded(delivery: Delivery, error: () => Error): Delivery {
  const settle = delivery.settle.bind(delivery);
  delivery.settle = async (settlement) => {
    if (settlement.publish?.length) throw error();
    await settle(settlement);
  };
  return delivery;
}

it('makes a settlement that the broker refuses a failure of the run, which is told', async () => {
  const workshop = new Workshop([work]);
  refusing(workshop, () => new BrokerRefusedError('WRONGTYPE'));
  const job = await workshop.perform('work');
  expect(await job.result()).toMatchObject({ success: false, exception: 'BrokerRefusedError: WRONGTYPE' });
  expect((await workshop.deadLetters())[0]!.reason).toMatchObject({ code: 'REPID_BROKER_REFUSED' });
  expect(await workshop.repid.channel('next').stats()).toMatchObject({ queued: 0 });
});

it('gives up a settlement that does not get through while extensions do, when the first ownership is over', async () => {
  const workshop = new Workshop([work]);
  refusing(workshop, () => new BrokerUnavailableError('OOM'));
  await workshop.send('work');
  const worker = workshop.start({ messagesLimit: 1 });
  await vi.waitFor(async () => {
    await workshop.clock.advance(OWNERSHIP_TIME / 10);
    expect(workshop.told('settlement-failed').length).toBeGreaterThan(0);
  }, 10_000);
  await worker.stop();
  expect(await workshop.repid.channel('next').stats()).toMatchObject({ queued: 0 });
});
