import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { catchAllRouting } from '../router/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const recording = (seen: string[], name: string, options = {}) =>
  defineActor({ name, ...options }, (_, { topic }) => void seen.push(`${name} took ${topic}`));

describe('A message', () => {
  it('goes to the actor of its topic, then to one whose strategy takes it, then to the catch-all', async () => {
    const seen: string[] = [];
    const testBed = new TestBed([
      recording(seen, 'rest', { routing: catchAllRouting }),
      recording(seen, 'orders', {
        routing: ({ headers }: { headers: Record<string, string> }) => headers.topic!.startsWith('order.'),
      }),
      recording(seen, 'order.paid'),
    ]);
    for (const topic of ['order.paid', 'order.sent', 'mail']) await testBed.send(topic);
    await testBed.drain();
    expect(seen).toEqual(['order.paid took order.paid', 'orders took order.sent', 'rest took mail']);
  });

  it('goes to the dead letters when a routing strategy returns a promise', async () => {
    const routing = (() => Promise.reject(new Error('not awaited'))) as unknown as () => boolean;
    const testBed = new TestBed([defineActor({ name: 'work', routing }, () => {})]);
    await testBed.send('any');
    await testBed.drain();
    expect((await testBed.deadLetters())[0]!.reason.message).toContain('"routing" of actor "work" returned a promise');
  });

  it('goes to the dead letters when a routing strategy throws', async () => {
    const routing = () => {
      throw new Error('no idea');
    };
    const testBed = new TestBed([defineActor({ name: 'work', routing }, () => {})]);
    await testBed.send('any');
    await testBed.drain();
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ message: 'no idea', attempts: 0 });
  });
});

describe('A message that no actor takes', () => {
  it('is returned with growing delays, until it has had no actor for ten minutes', async () => {
    const testBed = new TestBed([defineActor({ name: 'known' }, () => {})]);
    const job = await testBed.repid.job('unknown').enqueue();
    testBed.start();
    await vi.waitFor(() => expect(testBed.eventsOf('unrouted')).toHaveLength(1), 10_000);
    await testBed.clock.advance(9.9 * 60_000);
    expect(await testBed.deadLetters()).toEqual([]);
    expect(await job.status()).toEqual({ state: 'delayed' });
    await testBed.clock.advance(0.2 * 60_000);
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_UNROUTED_MESSAGE', attempts: 0 });
    expect(dead!.reason.message).toBe('No actor takes topic "unknown" on channel "default". Known topics: known.');
    expect(await job.result()).toMatchObject({ success: false });
    expect(testBed.eventsOf('unrouted')).toHaveLength(1);
  });

  it('goes to another worker that has the actor, also after a rolling deploy', async () => {
    const testBed = new TestBed([defineActor({ name: 'known' }, () => {})]);
    const job = await testBed.repid.job('other').enqueue();
    testBed.start();
    await testBed.clock.advance(5 * 60_000);
    const other = testBed.worker({}, [defineActor({ name: 'other' }, (_, msg) => Object.keys(msg.headers))]);
    void other.run();
    for (let step = 0; step < 60; step += 1) await testBed.clock.advance(5_000);
    expect(await job.result()).toMatchObject({ success: true });
    expect(testBed.eventsOf('unrouted')).toHaveLength(1);
    expect(testBed.eventsOf('given-back')).toEqual([]);
  });

  it('starts a new timeout once an actor was found', async () => {
    const actor = defineActor({ name: 'other', retryPolicy: () => '1h' }, () => {
      throw new Error('broken');
    });
    const testBed = new TestBed([defineActor({ name: 'known' }, () => {})]);
    const job = await testBed.perform('other', { retries: 1 });
    await testBed.clock.advance(100);
    await testBed.worker({}, [actor]).run({ burst: true });
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    expect(await testBed.deadLetters()).toEqual([]);
    expect(await job.status()).toEqual({ state: 'delayed' });
  });

  it.each([
    ['reported once for its topic', 3, 'same'],
    ['reported once for each topic', 1, 'other'],
  ])('is %s', async (_, expected, second) => {
    const testBed = new TestBed([defineActor({ name: 'known' }, () => {})]);
    for (let n = 0; n < expected; n += 1) await testBed.send('same');
    await testBed.send(second);
    await testBed.drain();
    expect(testBed.eventsOf('unrouted').map(({ topic }) => topic)).toEqual(
      second === 'same' ? ['same'] : ['same', 'other'],
    );
    expect(testBed.eventsOf('unrouted')[0]).toMatchObject({ channel: 'default', timeout: 600_000 });
  });

  it('goes to the dead letters sooner with a shorter unroutedTimeout', async () => {
    const testBed = new TestBed([defineActor({ name: 'known' }, () => {})]);
    await testBed.send('unknown');
    await testBed.drain({ unroutedTimeout: 0 });
    expect(await testBed.deadLetters()).toHaveLength(1);
  });

  it('does not block other messages', async () => {
    const testBed = new TestBed([defineActor({ name: 'known' }, () => 'fine')]);
    await testBed.send('unknown');
    const job = await testBed.perform('known');
    expect(await job.result()).toMatchObject({ data: 'fine' });
  });
});

describe('A malformed message', () => {
  it.each([
    ['an invalid number of retries', { 'repid-retries': 'many' }, 'REPID_MALFORMED_MESSAGE'],
    ['an invalid cron expression', { 'repid-cron': 'whenever', 'repid-id': 'x' }, 'REPID_MALFORMED_MESSAGE'],
    ['an interval of zero', { 'repid-every': '0', 'repid-id': 'x' }, 'REPID_MALFORMED_MESSAGE'],
  ])('goes to the dead letters: %s', async (_, headers, code) => {
    const testBed = new TestBed([defineActor({ name: 'work' }, () => 'fine')]);
    await testBed.sendForeign('1', { topic: 'work', ...headers });
    const job = await testBed.perform('work');
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code, attempts: 0 });
    expect(await job.result()).toMatchObject({ data: 'fine' });
  });

  it.each([
    ['not JSON', '{"a":', 'REPID_SERIALIZATION'],
    ['a poisoned prototype', '{"__proto__":{"admin":true}}', 'REPID_SERIALIZATION'],
  ])('goes to the dead letters without a retry: %s', async (_, text, code) => {
    const testBed = new TestBed([defineActor({ name: 'work' }, () => 'fine')]);
    await testBed.sendForeign(text, { topic: 'work', 'repid-retries': '3' });
    const job = await testBed.perform('work');
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code });
    expect(await job.result()).toMatchObject({ data: 'fine' });
  });
});
