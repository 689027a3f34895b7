import { expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerRefusedError, BrokerUnavailableError } from '../errors/index.js';
import type { Delivery } from '../broker/index.js';
import { OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';

const work = defineActor({ name: 'work' }, (_, msg) => msg.sendMessageJson({ channel: 'next', payload: 1 }));

/** Makes settlements that publish messages fail with this error. */
function refusing(testBed: TestBed, error: () => Error): void {
  const consume = testBed.broker.consume.bind(testBed.broker);
  vi.spyOn(testBed.broker, 'consume').mockImplementation(async (options) => {
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

it('a settlement that the broker refuses is reported as a failure of the run', async () => {
  const testBed = new TestBed([work]);
  refusing(testBed, () => new BrokerRefusedError('WRONGTYPE'));
  const job = await testBed.perform('work');
  expect(await job.result()).toMatchObject({ success: false, exception: 'BrokerRefusedError: WRONGTYPE' });
  expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code: 'REPID_BROKER_REFUSED' });
  expect(await testBed.repid.channel('next').stats()).toMatchObject({ queued: 0 });
});

it('a settlement is repeated for one ownership time at most, even if extensions succeed', async () => {
  const testBed = new TestBed([work]);
  refusing(testBed, () => new BrokerUnavailableError('OOM'));
  await testBed.send('work');
  const worker = testBed.start({ messagesLimit: 1 });
  await vi.waitFor(async () => {
    await testBed.clock.advance(OWNERSHIP_TIME / 10);
    expect(testBed.eventsOf('settlement-failed').length).toBeGreaterThan(0);
  }, 10_000);
  await worker.stop();
  expect(await testBed.repid.channel('next').stats()).toMatchObject({ queued: 0 });
});
