import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerUnavailableError } from '../errors/index.js';
import { type Message, parseReplyAddress, REPLY_CHANNELS } from '../message/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';

const replier = defineActor({ name: 'reply' }, (payload, msg) => msg.replyJson({ payload }));
const message = { channel: 'default', payload: 1, headers: { topic: 'reply' } };

it('continues to receive replies if one could not be acknowledged', async () => {
  const testBed = new TestBed([replier]);
  const consume = testBed.broker.consume.bind(testBed.broker);
  let failures = 1;
  testBed.broker.consume = async (options) => {
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
  testBed.start();
  expect(await testBed.repid.request(message)).toBe(1);
  expect(testBed.eventsOf('broker-problem')).toHaveLength(1);
  expect(await testBed.repid.request({ ...message, payload: 2 })).toBe(2);
});

/**
 * A program that knows nothing of Repid's headers, such as the Python library: it takes a message off a channel, and publishes its reply on
 * the channel that the message names, with no headers at all.
 */
async function takeRequest(testBed: TestBed, channel = 'python'): Promise<(payload: unknown) => Promise<void>> {
  await testBed.repid.connect();
  const consumer = await testBed.broker.consume({ channels: [channel] });
  const [delivery] = await consumer.receive(1, { wait: true });
  const { replyTo } = delivery!.message;
  await delivery!.settle({ outcome: { type: 'ack' } });
  await consumer.close();
  return (payload) => {
    const reply = { channel: replyTo!, payload: Buffer.from(JSON.stringify(payload)), headers: {} };
    return testBed.broker.publish([{ ...reply, contentType: 'application/json' }]);
  };
}

const toPython = { channel: 'python', payload: 1, headers: { topic: 'reply' } };

/** The reply channels of single requests that were checked or removed. */
function spyOnAddresses(testBed: TestBed) {
  const [peek, remove] = [vi.spyOn(testBed.broker.channels, 'peek'), vi.spyOn(testBed.broker.channels, 'delete')];
  const addresses = (calls: readonly (readonly unknown[])[]): string[] =>
    calls.map(([channel]) => String(channel)).filter((channel) => parseReplyAddress(channel));
  return { checked: () => addresses(peek.mock.calls), removed: () => addresses(remove.mock.calls) };
}

describe('A request to a program that knows nothing about correlations', () => {
  it('gets the reply', async () => {
    const testBed = new TestBed([]);
    const spy = spyOnAddresses(testBed);
    const requests = ['first', 'second'].map((payload) => testBed.repid.request({ ...toPython, payload }));
    const replies = [await takeRequest(testBed), await takeRequest(testBed)];
    await replies[1]!('to the second');
    await replies[0]!('to the first');
    await testBed.clock.advance(50);
    expect(await Promise.all(requests)).toEqual(['to the first', 'to the second']);
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(2), 10_000);
  });

  it('gets a late reply within its timeout', async () => {
    const testBed = new TestBed([]);
    const request = testBed.repid.request(toPython, { timeout: '1m' });
    const reply = await takeRequest(testBed);
    await testBed.clock.advance(20_000);
    await reply('at last');
    await testBed.clock.advance(1_000);
    expect(await request).toBe('at last');
  });

  it('drops and reports a reply after its timeout, and leaves nothing behind', async () => {
    const testBed = new TestBed([]);
    const spy = spyOnAddresses(testBed);
    const refused = expect(testBed.repid.request(toPython, { timeout: '5s' })).rejects.toThrow('No reply');
    const reply = await takeRequest(testBed);
    await testBed.clock.advance(5_000);
    await refused;
    await reply('too late');
    await testBed.clock.advance(60_000);
    await vi.waitFor(() => expect(testBed.eventsOf('reply-unexpected')).toHaveLength(1), 10_000);
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(1), 10_000);
  });

  it('is no longer checked, a while after its timeout', async () => {
    const testBed = new TestBed([]);
    const spy = spyOnAddresses(testBed);
    const refused = expect(testBed.repid.request(toPython, { timeout: '5s' })).rejects.toThrow('No reply');
    await takeRequest(testBed);
    for (let minutes = 0; minutes < 12; minutes += 1) await testBed.clock.advance(60_000);
    await refused;
    await vi.waitFor(() => expect(spy.removed()).toHaveLength(1), 10_000);
    const before = spy.checked().length;
    await testBed.clock.advance(3_600_000);
    expect(spy.checked()).toHaveLength(before);
  });

  it('continues to check if one check fails', async () => {
    const testBed = new TestBed([]);
    vi.spyOn(testBed.broker.channels, 'peek').mockRejectedValueOnce(new BrokerUnavailableError('away'));
    const request = testBed.repid.request(toPython);
    const reply = await takeRequest(testBed);
    await reply('found');
    for (let n = 0; n < 5; n += 1) await testBed.clock.advance(100);
    expect(await request).toBe('found');
  });
});

describe('A request to a Repid actor', () => {
  it('needs no check of its own channel', async () => {
    const testBed = new TestBed([replier]);
    const spy = spyOnAddresses(testBed);
    testBed.start();
    expect(await testBed.repid.request(message)).toBe(1);
    await testBed.clock.advance(60_000);
    expect(spy.checked()).toEqual([]);
    expect(spy.removed()).toEqual([]);
  });

  it('contains the reply address, and its reply names the request in a header', async () => {
    const seen: Message[] = [];
    const testBed = new TestBed([replier]);
    const publish = testBed.broker.publish.bind(testBed.broker);
    testBed.broker.publish = (messages) => {
      seen.push(...messages);
      return publish(messages);
    };
    testBed.start();
    await testBed.repid.request(message);
    const { replyTo, headers } = seen[0]!;
    expect(parseReplyAddress(replyTo!)?.channel).toMatch(/^repid-replies\.[\w-]{21}$/);
    expect(headers).toEqual({ topic: 'reply' });
  });
});
