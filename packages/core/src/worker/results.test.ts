import { describe, expect, it } from 'vitest';
import { defineActor } from '../actor/index.js';
import { BucketNotFoundError, PayloadTooLargeError } from '../errors/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const add = defineActor<{ a: number; b: number }>({ name: 'add' }, ({ a, b }) => a + b);

describe('A job that returns', () => {
  it('stores its result and acknowledges its message', async () => {
    const testBed = new TestBed([add]);
    const job = await testBed.perform('add', { args: { a: 1, b: 2 } });
    expect(await job.result()).toMatchObject({ data: 3, success: true, ttl: 86_400_000 });
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, running: 0, deadLetters: 0 });
    expect(testBed.eventsOf('dead-lettered')).toEqual([]);
  });

  it('stores null for undefined', async () => {
    const testBed = new TestBed([defineActor({ name: 'quiet' }, () => undefined)]);
    const job = await testBed.perform('quiet');
    expect(await job.result()).toMatchObject({ data: null, success: true });
  });

  it('stores when it was started and finished', async () => {
    const testBed = new TestBed([defineActor({ name: 'slow' }, () => testBed.clock.advance(500))]);
    const job = await testBed.perform('slow', { storeResult: true });
    const result = await job.result();
    expect(result!.finishedAt.getTime() - result!.startedAt.getTime()).toBeGreaterThanOrEqual(500);
  });

  it('stores nothing with storeResult: false', async () => {
    const testBed = new TestBed([add]);
    const job = await testBed.perform('add', { args: { a: 1, b: 2 }, storeResult: false });
    expect(job.resultId).toBeUndefined();
    expect(await testBed.buckets.get([job.id])).toEqual([undefined]);
  });

  it('keeps its result for its resultTtl', async () => {
    const testBed = new TestBed([add]);
    const short = await testBed.perform('add', { args: { a: 1, b: 2 }, resultTtl: '1m' });
    const forEver = await testBed.perform('add', { args: { a: 1, b: 2 }, resultTtl: null });
    await testBed.clock.advance(60_000);
    expect(await short.result()).toBeUndefined();
    await testBed.clock.advance(400 * 86_400_000);
    expect(await forEver.result()).toMatchObject({ data: 3, ttl: null });
  });

  it('resolves waits for its result', async () => {
    const testBed = new TestBed([add]);
    const job = await testBed.repid.job('add', { args: { a: 4, b: 5 } }).enqueue();
    const result = job.waitForResult();
    await testBed.drain();
    expect(await result).toMatchObject({ data: 9 });
  });

  it('lets a wait for its result time out', async () => {
    const testBed = new TestBed([add]);
    const job = await testBed.repid.job('add').enqueue();
    const result = expect(job.waitForResult({ timeout: '5s' })).rejects.toMatchObject({ code: 'REPID_TIMEOUT' });
    await testBed.repid.channel('default').stats();
    await testBed.clock.advance(5_000);
    await result;
  });
});

describe('Arguments', () => {
  it.each([true, false])('reach the actor the same way when a bucket is used: %s', async (useArgsBucket) => {
    const testBed = new TestBed([add]);
    const job = testBed.repid.job('add', { args: { a: 20, b: 22 }, useArgsBucket });
    await job.enqueue();
    const [message] = await testBed.repid.channel('default').peek();
    expect(message!.payload.byteLength > 0).toBe(!useArgsBucket);
    expect(job.argsId !== undefined).toBe(useArgsBucket);
    await testBed.drain();
    expect(await job.result()).toMatchObject({ data: 42 });
  });

  it('are stored in the bucket that the job names, for its argsTtl', async () => {
    const testBed = new TestBed([add]);
    const job = await testBed.repid.job('add', { args: { a: 1, b: 1 }, argsId: 'two-ones', argsTtl: '2w' }).enqueue();
    expect(await job.args()).toMatchObject({ data: { a: 1, b: 1 }, ttl: 14 * 86_400_000 });
  });

  it('can be the result of another job', async () => {
    const greet = defineActor<{ name: string }>({ name: 'greet' }, ({ name }) => ({ greeting: `Hello ${name}!` }));
    const shout = defineActor<{ greeting: string }>({ name: 'shout' }, ({ greeting }) => greeting.toUpperCase());
    const testBed = new TestBed([greet, shout]);
    await testBed.perform('greet', { args: { name: 'Alex' }, resultId: 'greeting' });
    const job = await testBed.perform('shout', { argsId: 'greeting' });
    expect(await job.result()).toMatchObject({ data: 'HELLO ALEX!' });
  });

  it('are an error if they are missing, and the actor does not run', async () => {
    let runs = 0;
    const testBed = new TestBed([defineActor({ name: 'count' }, () => (runs += 1))]);
    const job = await testBed.perform('count', { argsId: 'nowhere' });
    expect(runs).toBe(0);
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_BUCKET_NOT_FOUND', name: BucketNotFoundError.name });
    expect((await job.result())!.exception).toContain('Bucket "nowhere" does not exist');
  });

  it('are refused at enqueue() if they are too large', async () => {
    const testBed = new TestBed([add], { maxPayloadBytes: 1_000 });
    const args = { text: 'x'.repeat(1_000) };
    for (const useArgsBucket of [true, false]) {
      await expect(testBed.repid.job('add', { args, useArgsBucket }).enqueue()).rejects.toThrow(PayloadTooLargeError);
    }
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0 });
  });

  it('are refused at enqueue() if they cannot be encoded', async () => {
    const testBed = new TestBed([add]);
    await expect(testBed.repid.job('add', { args: { n: 1n } }).enqueue()).rejects.toMatchObject({
      code: 'REPID_SERIALIZATION',
    });
  });
});

describe('A result that cannot be written', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;

  it('is a failure, in the bucket and in the dead letter', async () => {
    const testBed = new TestBed([defineActor({ name: 'loop' }, () => loop)]);
    const job = await testBed.perform('loop', { retries: 3 });
    expect(await job.result()).toMatchObject({ success: false, data: null });
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_SERIALIZATION', attempts: 1 });
  });

  it('makes ack() reject, after which the message can still be settled', async () => {
    const actor = defineActor({ name: 'loop' }, async (_, msg) => {
      msg.setResult(loop);
      await msg.ack().catch(() => msg.setResult('flat'));
      expect(msg.isActedOn).toBe(false);
      await msg.ack();
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('loop');
    expect(await job.result()).toMatchObject({ success: true, data: 'flat' });
  });
});
