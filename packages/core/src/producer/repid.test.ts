import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BrokerClosedError, InvalidOptionError, PayloadTooLargeError } from '../errors/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import { TestBed } from '../worker/testing/test-bed.test-support.js';
import { Repid, type RepidOptions } from './index.js';

const echo = defineActor({ name: 'echo' }, (payload) => payload);
const add = defineActor<{ a: number; b: number }>({ name: 'add' }, ({ a, b }, msg) =>
  msg.replyJson({ payload: a + b }),
);

describe('Repid', () => {
  it('works without options, on one clock', async () => {
    const repid = new Repid();
    const job = await repid.job('work', { args: 1 }).enqueue();
    expect(await job.status()).toEqual({ state: 'queued' });
    expect(await job.args()).toMatchObject({ data: 1 });
    const { connection } = repid.producer;
    expect((connection.buckets.resultsBroker as InMemoryBucketBroker).clock).toBe(connection.broker.clock);
    await repid.disconnect();
  });

  it('keeps no buckets with a given broker, unless a bucket broker is given too', () => {
    const repid = new Repid({ messageBroker: new InMemoryMessageBroker() });
    expect(repid.job('work', { args: 1 })).toMatchObject({ argsId: undefined, resultId: undefined });
  });

  it.each<[string, RepidOptions]>([
    ['Repid has no option "broker". It has: messageBroker', { broker: 1 } as RepidOptions],
    [
      'Option "messageBroker" of Repid is an object: expected a message broker: an object with publish()',
      { messageBroker: {} as never },
    ],
    ['Option "maxPayloadBytes" of Repid is 0', { maxPayloadBytes: 0 }],
    ['Option "producerMiddlewares.0" of Repid is 1: expected a function.', { producerMiddlewares: [1] as never }],
  ])('refuses invalid options: %s', (message, options) => {
    expect(() => new Repid(options)).toThrow(InvalidOptionError);
    expect(() => new Repid(options)).toThrow(message);
  });

  it('refuses calls while it is disconnected, and works again after connecting', async () => {
    const testBed = new TestBed([echo]);
    await testBed.repid.job('echo').enqueue();
    await testBed.repid.disconnect();
    await testBed.repid.disconnect();
    await expect(testBed.repid.job('echo').enqueue()).rejects.toThrow(BrokerClosedError);
    await expect(testBed.drain()).rejects.toThrow(BrokerClosedError);
    await testBed.repid.connect();
    expect(await testBed.drain()).toBe(1);
  });

  it('sends bytes unchanged', async () => {
    const testBed = new TestBed([]);
    const payload = Buffer.from([0, 255, 1]);
    await testBed.repid.sendMessage({
      channel: 'raw',
      payload,
      contentType: 'application/octet-stream',
      replyTo: 'back',
    });
    const [message] = await testBed.repid.channel('raw').peek();
    expect(message).toEqual({
      channel: 'raw',
      payload,
      headers: {},
      contentType: 'application/octet-stream',
      replyTo: 'back',
    });
  });

  it.each([
    ['Option "payload" of message is "text": expected bytes', { channel: 'a', payload: 'text' }],
    ['Option "channel" of message is "a b"', { channel: 'a b', payload: Buffer.alloc(0) }],
    ['message has no option "topic"', { channel: 'a', payload: Buffer.alloc(0), topic: 'x' }],
    [
      'Option "headers" of message is an object: header "x" is a number, expected text.',
      { channel: 'a', payload: Buffer.alloc(0), headers: { x: 1 } },
    ],
  ])('refuses an invalid message: %s', async (text, message) => {
    const testBed = new TestBed([]);
    await expect(testBed.repid.sendMessage(message as never)).rejects.toThrow(text);
  });

  it('refuses a message that is too large', async () => {
    const testBed = new TestBed([], { maxPayloadBytes: 10 });
    await expect(testBed.send('x', 'x'.repeat(9))).rejects.toThrow(PayloadTooLargeError);
  });
});

describe('A request', () => {
  it("resolves with the actor's reply", async () => {
    const testBed = new TestBed([add]);
    testBed.start();
    const message = { channel: 'default', payload: { a: 1, b: 2 }, headers: { topic: 'add' } };
    expect(await testBed.repid.request(message)).toBe(3);
    const many = await Promise.all([1, 2, 3].map((a) => testBed.repid.request({ ...message, payload: { a, b: 10 } })));
    expect(many).toEqual([11, 12, 13]);
  });

  it('resolves with bytes, decoded by their content type', async () => {
    const actor = defineActor({ name: 'raw' }, (_, msg) =>
      msg.reply({ payload: Buffer.from('{"raw":true}'), contentType: 'application/json' }),
    );
    const testBed = new TestBed([actor]);
    testBed.start();
    expect(await testBed.repid.request({ channel: 'default', payload: 1, headers: { topic: 'raw' } })).toEqual({
      raw: true,
    });
  });

  it('times out without a reply', async () => {
    const testBed = new TestBed([]);
    const request = testBed.repid.request({ channel: 'nobody', payload: 1 }, { timeout: '5s' });
    const refused = expect(request).rejects.toMatchObject({ code: 'REPID_TIMEOUT' });
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('nobody').stats()).toMatchObject({ queued: 1 }),
      10_000,
    );
    await testBed.clock.advance(5_000);
    await refused;
  });

  it('drops a late reply, and reports it', async () => {
    const testBed = new TestBed([add]);
    const message = { channel: 'default', payload: { a: 1, b: 2 }, headers: { topic: 'add' } };
    const refused = expect(testBed.repid.request(message, { timeout: 10 })).rejects.toThrow('No reply from channel');
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 1 }),
      10_000,
    );
    await testBed.clock.advance(10);
    await refused;
    await testBed.drain();
    await vi.waitFor(() => expect(testBed.eventsOf('reply-unexpected')).toHaveLength(1), 10_000);
  });

  it('rejects when the connection is closed, and leaves no channel behind', async () => {
    const testBed = new TestBed([]);
    const refused = expect(testBed.repid.request({ channel: 'nobody', payload: 1 })).rejects.toMatchObject({
      code: 'REPID_BROKER_CLOSED',
    });
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('nobody').stats()).toMatchObject({ queued: 1 }),
      10_000,
    );
    await testBed.repid.disconnect();
    await refused;
  });

  it('does not loop when its broker is disconnected', async () => {
    const testBed = new TestBed([add]);
    testBed.start();
    const message = { channel: 'default', payload: { a: 1, b: 2 }, headers: { topic: 'add' } };
    await testBed.repid.request(message);
    await testBed.broker.disconnect();
    await new Promise(setImmediate);
    await expect(testBed.repid.request(message)).rejects.toMatchObject({ code: 'REPID_BROKER_CLOSED' });
  });

  it('rejects immediately if it cannot be sent', async () => {
    const testBed = new TestBed([], { maxPayloadBytes: 10 });
    const request = testBed.repid.request({ channel: 'nobody', payload: 'x'.repeat(20) });
    await expect(request).rejects.toThrow(PayloadTooLargeError);
  });

  it('requires replyTo', async () => {
    const testBed = new TestBed([add]);
    await testBed.send('add', { a: 1, b: 1 });
    await testBed.drain();
    expect((await testBed.deadLetters())[0]!.reason.message).toContain('has no "replyTo"');
  });
});

describe('A channel', () => {
  it('can be declared, counted, peeked, paused, purged and deleted', async () => {
    const testBed = new TestBed([echo]);
    const channel = testBed.repid.channel('default');
    await channel.declare();
    await testBed.send('echo', 1);
    await testBed.send('echo', 2);
    expect((await channel.peek(1)).map(({ payload }) => Buffer.from(payload).toString())).toEqual(['1']);
    await channel.pause();
    expect(await testBed.drain()).toBe(0);
    expect(await channel.stats()).toMatchObject({ queued: 2, paused: true });
    await channel.resume();
    expect(await channel.purge()).toBe(2);
    await testBed.send('echo', 3);
    await channel.delete();
    expect(await channel.stats()).toMatchObject({ queued: 0 });
  });

  it.each(['my channel', '/first', '.', 'a:b', 'a@b', 'a{b}', '', 'bucket'])(
    'needs a name that is one, not "%s"',
    (name) => {
      const testBed = new TestBed([]);
      expect(() => testBed.repid.channel(name)).toThrow(`Channel "${name}" is not a channel name: expected a letter`);
    },
  );
});
