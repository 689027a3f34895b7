import { defineActor, type Repid } from '@repid/core';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { onRedis, Process } from '../jobs/environment.js';
import { startRedis, type TestRedis } from '../support/redis-server.js';
import { PythonService } from './python-service.js';

let server: TestRedis;
let redis: Redis;
let python: PythonService;
let process: Process;
let repid: Repid;

beforeAll(async () => {
  server = await startRedis({ own: true }); // The Python library has a fixed key prefix by default.
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  python = new PythonService(server.url);
  process = new Process(onRedis(server.url, 'repid'));
  ({ repid } = process);
});
afterEach(() => python.close());

const toQuote = (item: string) => ({ channel: 'prices', payload: { item }, headers: { topic: 'quote' } });
const replyKeys = () => redis.keys('repid:repid-replies.*');

describe('A Python actor', () => {
  it('replies with reply_json, and each request gets its own reply', async () => {
    const items = ['tea', 'milk', 'sugar'];
    const replies = Promise.all(items.map((item) => repid.request(toQuote(item))));
    const asked: string[] = [];
    while (asked.length < items.length)
      await python.consume('prices', async (message) => {
        const { item } = JSON.parse(message.received.payload) as { item: string };
        asked.push(item);
        await message.replyJson(`price of ${item}`);
      });
    expect(await replies).toEqual(items.map((item) => `price of ${item}`));
    await repid.disconnect();
    expect(await replyKeys()).toEqual([]);
  });

  it('that replies after the request has timed out leaves nothing behind', async () => {
    const request = repid.request(toQuote('tea'), { timeout: 100 });
    const [message] = await python.read('prices');
    await expect(request).rejects.toThrow('No reply from channel "prices"');
    await message!.replyJson('too late');
    await vi.waitFor(
      () => expect(process.events).toContainEqual(expect.objectContaining({ type: 'reply-unexpected' })),
      10_000,
    );
    await repid.disconnect();
    expect(await replyKeys()).toEqual([]);
  });

  it('takes a plain message that this library sent', async () => {
    await repid.sendMessageJson({ channel: 'mail', payload: { user_id: 1 }, headers: { topic: 'send_mail' } });
    const seen: unknown[] = [];
    await python.consume('mail', ({ received }) => seen.push(received));
    expect(seen).toMatchObject([
      { payload: '{"user_id":1}', headers: '{"topic":"send_mail"}', contentType: 'application/json' },
    ]);
  });

  it('ends a job, whose id is released at the next status check', async () => {
    const options = { id: 'one', channel: 'mail', useArgsBucket: false, storeResult: false, args: { user_id: 1 } };
    const job = await repid.job('send_mail', options).enqueue();
    const payloads: string[] = [];
    await python.consume('mail', ({ received }) => payloads.push(received.payload));
    expect(payloads).toEqual(['{"user_id":1}']);
    expect(await redis.hkeys('repid::jobs')).toEqual(['one']);
    expect(await job.status()).toEqual({ state: 'unknown' });
    expect(await redis.hkeys('repid::jobs')).toEqual([]);
    await repid.job('send_mail', options).enqueue();
    await python.consume('mail', () => {});
    await repid.job('send_mail', options).enqueue();
    expect(await repid.job('send_mail', { id: 'one' }).status()).toEqual({ state: 'queued' });
  });
});

describe('A dead letter written by Python', () => {
  it('is listed, and replayed without its counters', async () => {
    const headers = { topic: 'send_mail', 'repid-tried': '2', 'repid-unrouted': '3 1700000000000', 'repid-ttl': '1' };
    await python.publish('mail', { payload: '1', headers, contentType: 'application/json' });
    await python.consume('mail', () => {
      throw new Error('broken');
    });
    const channel = repid.channel('mail');
    expect(await channel.deadLetters()).toMatchObject([
      { message: { headers }, reason: { message: 'No reason was given.' } },
    ]);
    expect(await channel.replayDeadLetters()).toMatchObject({ replayed: 1 });
    expect(await channel.peek()).toMatchObject([{ headers: { topic: 'send_mail' }, contentType: 'application/json' }]);
    expect((await channel.peek())[0]!.headers).toEqual({ topic: 'send_mail' });
  });
});

describe('An actor of this library', () => {
  it.each(['orders/created', '2fa', 'eu.mail', '_x-1'])(
    'takes messages from Python on channel "%s", and replies',
    async (channel) => {
      const actor = defineActor({ name: 'charge', channel }, async (payload, msg) =>
        msg.replyJson({ payload: [payload] }),
      );
      process.work([actor]);
      const message = { payload: '7', headers: { topic: 'charge' }, contentType: 'application/json' };
      await python.publish(channel, { ...message, replyTo: `${channel}/replies` });
      const replies: string[] = [];
      while (replies.length === 0)
        await python.consume(`${channel}/replies`, ({ received }) => replies.push(received.payload));
      expect(replies).toEqual(['[7]']);
    },
  );

  it('takes a job that Python has rejected', async () => {
    const job = await repid.job('charge', { id: 'one', channel: 'billing', args: 7 }).enqueue();
    await python.consume('billing', (message) => message.reject());
    const seen: unknown[] = [];
    process.work([defineActor({ name: 'charge', channel: 'billing' }, (payload) => seen.push(payload))]);
    await job.waitForResult({ timeout: '10s' });
    expect(seen).toEqual([7]);
  });
});
