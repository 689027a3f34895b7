import { expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError } from '../errors/index.js';
import { REPLY_CHANNELS } from '../message/index.js';
import { Workshop } from '../worker/testing/workshop.test-support.js';

const answer = defineActor({ name: 'answer' }, (payload, msg) => msg.replyJson({ payload }));
const message = { channel: 'default', payload: 1, headers: { topic: 'answer' } };

it('takes replies also where one could not be acknowledged', async () => {
  const workshop = new Workshop([answer]);
  const consume = workshop.broker.consume.bind(workshop.broker);
  let failures = 1;
  workshop.broker.consume = async (options) => {
    const consumer = await consume(options);
    if (!options.channels[0]!.startsWith(REPLY_CHANNELS)) return consumer;
    const receive = consumer.receive.bind(consumer);
    consumer.receive = async (max, how) => {
      const deliveries = await receive(max, how);
      for (const delivery of deliveries)
        if ((failures -= 1) >= 0) delivery.settle = () => Promise.reject(new BrokerUnavailableError('away'));
      return deliveries;
    };
    return consumer;
  };
  workshop.start();
  expect(await workshop.repid.request(message)).toBe(1);
  expect(workshop.told('broker-problem')).toHaveLength(1);
  expect(await workshop.repid.request({ ...message, payload: 2 })).toBe(2);
});
