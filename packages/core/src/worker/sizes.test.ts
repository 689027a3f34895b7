import { describe, expect, it } from 'vitest';
import { defineActor, type ActorOptions, type MessageDependency } from '../actor/index.js';
import { PayloadTooLargeError } from '../errors/index.js';
import type { Repid } from '../producer/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const LIMIT = 1_000;
const LARGE = 'x'.repeat(LIMIT + 1);

/** A worker whose actor does this, on a connection with a small maxPayloadBytes. */
function testBedOf(run: (msg: MessageDependency, repid: Repid) => unknown, options: Partial<ActorOptions> = {}) {
  const testBed: TestBed = new TestBed(
    [defineActor({ name: 'act', ...options }, (_, msg) => run(msg, testBed.repid))],
    { maxPayloadBytes: LIMIT },
  );
  return testBed;
}

const followers: [string, (msg: MessageDependency, repid: Repid) => unknown][] = [
  ['a message', (msg) => msg.sendMessageJson({ channel: 'next', payload: LARGE })],
  ['its headers', (msg) => msg.sendMessageJson({ channel: 'next', payload: 1, headers: { large: LARGE } })],
  ['bytes', (msg) => msg.sendMessage({ channel: 'next', payload: Buffer.from(LARGE) })],
  ['arguments in a bucket', (msg, repid) => msg.enqueue(repid.job('next', { channel: 'next', args: LARGE }))],
  [
    'arguments in the message',
    (msg, repid) => msg.enqueue(repid.job('next', { channel: 'next', args: LARGE, useArgsBucket: false })),
  ],
];

describe('A result that is larger than maxPayloadBytes', () => {
  it.each<[string, (msg: MessageDependency) => unknown]>([
    ['returned', () => LARGE],
    ['set', (msg) => msg.setResult(LARGE)],
    [
      'set before an acknowledgement',
      async (msg) => {
        msg.setResult(LARGE);
        await msg.ack();
      },
    ],
    ['returned with many small parts', () => Array.from({ length: 600 }, () => 1)],
  ])('is a failure of the run, with a small named error: %s', async (_, run) => {
    const testBed = testBedOf(run);
    const job = await testBed.perform('act', { retries: 3, resultId: 'mine' });
    const result = await job.result();
    expect(result).toMatchObject({ success: false, data: null });
    expect(result!.exception).toMatch(
      /^PayloadTooLargeError: The result "mine" has \d+ bytes, the limit is 1000\. Store/,
    );
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_PAYLOAD_TOO_LARGE', attempts: 1 });
    expect((await testBed.buckets.get(['mine']))[0]!.length).toBeLessThan(LIMIT);
  });

  it('is stored as an error if the message was acknowledged first', async () => {
    const testBed = testBedOf(() => LARGE, { confirmation: 'ack-first' });
    const job = await testBed.perform('act');
    expect((await job.result())!.exception).toMatch(/^PayloadTooLargeError: The result/);
  });

  it('lets the actor settle with another result', async () => {
    const testBed = testBedOf(async (msg) => {
      msg.setResult(LARGE);
      await expect(msg.ack()).rejects.toThrow(PayloadTooLargeError);
      msg.setResult('small');
      await msg.ack();
    });
    expect(await (await testBed.perform('act')).result()).toMatchObject({ success: true, data: 'small' });
  });

  it('is stored if it fits', async () => {
    const testBed = testBedOf(() => 'x'.repeat(LIMIT - 200));
    expect(await (await testBed.perform('act')).result()).toMatchObject({ success: true });
  });
});

describe('A follower that is larger than maxPayloadBytes', () => {
  it.each(followers)('fails the run with a named error, and leaves nothing behind: %s', async (_, run) => {
    const testBed = testBedOf(run);
    const job = await testBed.perform('act', { retries: 3 });
    expect((await job.result())!.exception).toMatch(/^PayloadTooLargeError: .*"(next|message)" for channel "next" has/);
    expect((await testBed.deadLetters())[0]!.reason.code).toBe('REPID_PAYLOAD_TOO_LARGE');
    expect(await testBed.repid.channel('next').stats()).toMatchObject({ queued: 0 });
  });

  it('fails the run also if it is sent immediately', async () => {
    const testBed = testBedOf((msg) => msg.sendMessageJson({ channel: 'next', payload: LARGE, immediate: true }));
    await testBed.perform('act');
    expect((await testBed.deadLetters())[0]!.reason.code).toBe('REPID_PAYLOAD_TOO_LARGE');
  });

  it.each<[string, object]>([
    ['payload', { payload: LARGE }],
    ['headers', { payload: 1, headers: { large: LARGE } }],
  ])('fails the run if it is a reply with a large %s', async (_, reply) => {
    const testBed = testBedOf((msg) => msg.replyJson({ channel: 'next', ...(reply as { payload: unknown }) }));
    await testBed.perform('act');
    expect((await testBed.deadLetters())[0]!.reason.code).toBe('REPID_PAYLOAD_TOO_LARGE');
    expect(await testBed.repid.channel('next').stats()).toMatchObject({ queued: 0 });
  });
});

describe('A message', () => {
  it.each<[string, (repid: Repid, headers: Record<string, string>) => Promise<unknown>]>([
    ['job', (repid, headers) => repid.job('act', { headers }).enqueue()],
    ['message', (repid, headers) => repid.sendMessageJson({ channel: 'default', payload: 1, headers })],
    ['request', (repid, headers) => repid.request({ channel: 'default', payload: 1, headers })],
  ])('counts its headers: %s', async (_, send) => {
    const { repid } = testBedOf(() => 1);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_header, number) => [`header-${number}`, '€']));
    await expect(send(repid, many)).rejects.toThrow(
      /^The payload with the headers of "(act|message)" .* bytes, the limit is 1000\./,
    );
    expect(await repid.channel('default').stats()).toMatchObject({ queued: 0 });
  });
});

describe('A failure', () => {
  it('is stored with limited length, in the result and in the dead letter', async () => {
    const testBed = testBedOf(() => {
      throw Object.assign(new Error('🐎'.repeat(1_000_000)), { name: 'HugeError' });
    });
    const job = await testBed.perform('act');
    expect((await job.result())!.exception).toMatch(/^HugeError: (🐎){1000}\.\.\.$/u);
    const [{ reason }] = (await testBed.deadLetters()) as [Awaited<ReturnType<TestBed['deadLetters']>>[number]];
    expect(reason.message).toMatch(/^(🐎){1000}\.\.\.$/u);
    expect(JSON.stringify(reason).length).toBeLessThan(20_000);
    expect((await testBed.buckets.get([job.id]))[0]!.length).toBeLessThan(10_000);
  });
});
