import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError } from '../errors/index.js';
import { type Message, parseReplyAddress, REPLY_CHANNELS } from '../message/index.js';
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

/**
 * A program that knows nothing of Repid's headers, such as the Python library: it takes a message off a channel, and publishes its reply on
 * the channel that the message names, with no headers at all.
 */
async function takeRequest(workshop: Workshop, channel = 'python'): Promise<(payload: unknown) => Promise<void>> {
  await workshop.repid.connect();
  const consumer = await workshop.broker.consume({ channels: [channel] });
  const [delivery] = await consumer.receive(1, { wait: true });
  const { replyTo } = delivery!.message;
  await delivery!.settle({ outcome: { type: 'ack' } });
  await consumer.close();
  return (payload) => {
    const reply = { channel: replyTo!, payload: Buffer.from(JSON.stringify(payload)), headers: {} };
    return workshop.broker.publish([{ ...reply, contentType: 'application/json' }]);
  };
}

const toPython = { channel: 'python', payload: 1, headers: { topic: 'answer' } };

/** The channels of single requests that hold anything, or were looked at. */
function spyOnAddresses(workshop: Workshop) {
  const [peek, remove] = [vi.spyOn(workshop.broker.channels, 'peek'), vi.spyOn(workshop.broker.channels, 'delete')];
  const addresses = (calls: readonly (readonly unknown[])[]): string[] =>
    calls.map(([channel]) => String(channel)).filter((channel) => parseReplyAddress(channel));
  return { looks: () => addresses(peek.mock.calls), removed: () => addresses(remove.mock.calls) };
}

describe('A request that is answered by a program which knows nothing of correlations', () => {
  it('gets the reply', async () => {
    const workshop = new Workshop([]);
    const spy = spyOnAddresses(workshop);
    const requests = ['first', 'second'].map((payload) => workshop.repid.request({ ...toPython, payload }));
    const replies = [await takeRequest(workshop), await takeRequest(workshop)];
    await replies[1]!('to the second');
    await replies[0]!('to the first');
    await workshop.clock.advance(50);
    expect(await Promise.all(requests)).toEqual(['to the first', 'to the second']);
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(2), 10_000);
  });

  it('gets one that comes late within its time', async () => {
    const workshop = new Workshop([]);
    const request = workshop.repid.request(toPython, { timeout: '1m' });
    const reply = await takeRequest(workshop);
    await workshop.clock.advance(20_000);
    await reply('at last');
    await workshop.clock.advance(1_000);
    expect(await request).toBe('at last');
  });

  it('drops one that comes after its time, tells, and leaves nothing behind', async () => {
    const workshop = new Workshop([]);
    const spy = spyOnAddresses(workshop);
    const refused = expect(workshop.repid.request(toPython, { timeout: '5s' })).rejects.toThrow('No reply');
    const reply = await takeRequest(workshop);
    await workshop.clock.advance(5_000);
    await refused;
    await reply('too late');
    await workshop.clock.advance(60_000);
    await vi.waitFor(() => expect(workshop.told('reply-unexpected')).toHaveLength(1), 10_000);
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(1), 10_000);
  });

  it('is looked after no more, a while after its time', async () => {
    const workshop = new Workshop([]);
    const spy = spyOnAddresses(workshop);
    const refused = expect(workshop.repid.request(toPython, { timeout: '5s' })).rejects.toThrow('No reply');
    await takeRequest(workshop);
    for (let minutes = 0; minutes < 12; minutes += 1) await workshop.clock.advance(60_000);
    await refused;
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(1), 10_000);
    const before = spy.looks().length;
    await workshop.clock.advance(3_600_000);
    expect(spy.looks()).toHaveLength(before);
  });

  it('goes on looking where one look fails', async () => {
    const workshop = new Workshop([]);
    vi.spyOn(workshop.broker.channels, 'peek').mockRejectedValueOnce(new BrokerUnavailableError('away'));
    const request = workshop.repid.request(toPython);
    const reply = await takeRequest(workshop);
    await reply('found');
    for (let n = 0; n < 5; n += 1) await workshop.clock.advance(100);
    expect(await request).toBe('found');
  });
});

describe('A request that is answered by an actor of ours', () => {
  it('costs no look at its own channel', async () => {
    const workshop = new Workshop([answer]);
    const spy = spyOnAddresses(workshop);
    workshop.start();
    expect(await workshop.repid.request(message)).toBe(1);
    await workshop.clock.advance(60_000);
    expect(spy.looks()).toEqual([]);
    expect(spy.removed()).toEqual([]);
  });

  it('is told to which address, and its reply names the request in a header', async () => {
    const seen: Message[] = [];
    const workshop = new Workshop([answer]);
    const publish = workshop.broker.publish.bind(workshop.broker);
    workshop.broker.publish = (messages) => {
      seen.push(...messages);
      return publish(messages);
    };
    workshop.start();
    await workshop.repid.request(message);
    const { replyTo, headers } = seen[0]!;
    expect(parseReplyAddress(replyTo!)?.channel).toMatch(/^repid-replies\.[\w-]{21}$/);
    expect(headers).toEqual({ topic: 'answer' });
  });
});
