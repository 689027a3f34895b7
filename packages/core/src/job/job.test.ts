import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { DuplicateJobError, InvalidOptionError, UnsupportedError } from '../errors/index.js';
import { Latch, TestBed } from '../worker/testing/test-bed.test-support.js';
import type { JobOptions } from './index.js';

/** Actors that return their payload, wait for a latch, or fail. */
function testActors() {
  const [started, latch] = [new Latch(), new Latch()];
  const signals: unknown[] = [];
  const echo = defineActor({ name: 'echo' }, (payload) => payload);
  const wait = defineActor({ name: 'wait' }, async (_, { signal }) => {
    signal.addEventListener('abort', () => signals.push(signal.reason));
    started.open();
    await latch.opened;
  });
  const fail = defineActor({ name: 'fail' }, () => {
    throw new Error('broken');
  });
  return { testBed: new TestBed([echo, wait, fail]), started, latch, signals };
}

const inAnHour = (testBed: TestBed) => new Date(testBed.clock.now() + 3_600_000);

describe('The status of a job', () => {
  it('follows the job from before it is enqueued until it has ended', async () => {
    const { testBed, started, latch } = testActors();
    const job = testBed.repid.job('wait', { deferredUntil: inAnHour(testBed) });
    expect(await job.status()).toEqual({ state: 'unknown' });
    await job.enqueue();
    expect(await job.status()).toEqual({ state: 'delayed' });
    await testBed.clock.advance(3_600_000);
    expect(await job.status()).toEqual({ state: 'queued' });
    testBed.start();
    await started.opened;
    expect(await job.status()).toEqual({ state: 'running' });
    latch.open();
    await job.waitForResult();
    expect(await job.status()).toEqual({ state: 'succeeded' });
  });

  it('is failed after a failure', async () => {
    const { testBed } = testActors();
    expect(await (await testBed.perform('fail')).status()).toEqual({ state: 'failed' });
  });

  it('is unknown after the end of a job that stores no result', async () => {
    const { testBed } = testActors();
    expect(await (await testBed.perform('echo', { storeResult: false })).status()).toEqual({ state: 'unknown' });
  });

  it('is the same through any handle with the same name and id', async () => {
    const { testBed } = testActors();
    await testBed.perform('echo', { id: 'one', args: 5 });
    const handle = testBed.repid.job('echo', { id: 'one' });
    expect(await handle.status()).toEqual({ state: 'succeeded' });
    expect(await handle.result()).toMatchObject({ data: 5 });
  });
});

describe('A cancelled job', () => {
  it.each<[string, (testBed: TestBed) => JobOptions]>([
    ['delayed', (testBed) => ({ deferredUntil: inAnHour(testBed) })],
    ['queued', () => ({})],
  ])('that is %s is removed, and its result says that it was cancelled', async (_, options) => {
    const { testBed } = testActors();
    const job = await testBed.repid.job('echo', options(testBed)).enqueue();
    expect(await job.cancel()).toBe(true);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await job.result()).toMatchObject({ success: false, cancelled: true });
    await testBed.clock.advance(7_200_000);
    expect(await testBed.drain()).toBe(0);
    expect(await job.cancel()).toBe(false);
  });

  it('resolves pending waits for its result', async () => {
    const { testBed } = testActors();
    const job = await testBed.repid.job('echo').enqueue();
    const result = job.waitForResult();
    await job.cancel();
    expect(await result).toMatchObject({ cancelled: true });
  });

  it('is aborted by its signal if it runs, and is not retried', async () => {
    const { testBed, started, signals } = testActors();
    const job = await testBed.repid.job('wait', { retries: 5 }).enqueue();
    testBed.start();
    await started.opened;
    expect(await job.cancel()).toBe(true);
    expect(await job.waitForResult()).toMatchObject({ success: false, cancelled: true });
    expect(signals).toMatchObject([{ code: 'REPID_CANCELLED' }]);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ running: 0, delayed: 0, deadLetters: 0 });
  });

  it('does not recur, whether it was delayed or running', async () => {
    const { testBed, started } = testActors();
    const delayed = await testBed.repid.job('echo', { deferredBy: '1h' }).enqueue();
    await delayed.cancel();
    const running = await testBed.repid.job('wait', { deferredBy: '1h' }).enqueue();
    testBed.start();
    await testBed.clock.advance(3_600_000);
    await started.opened;
    await running.cancel();
    await vi.waitFor(async () => expect(await running.status()).toEqual({ state: 'cancelled' }), 10_000);
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, delayed: 0 });
  });
});

describe('The id of a job', () => {
  it('is refused while a job uses it, and free afterwards', async () => {
    const { testBed } = testActors();
    await testBed.repid.job('echo', { id: 'one' }).enqueue();
    await expect(testBed.repid.job('echo', { id: 'one' }).enqueue()).rejects.toThrow(DuplicateJobError);
    await testBed.drain();
    await testBed.repid.job('echo', { id: 'one' }).enqueue();
  });

  it('returns no stale result when it is used again', async () => {
    const { testBed } = testActors();
    await testBed.perform('echo', { id: 'one', args: 1 });
    const again = await testBed.repid.job('echo', { id: 'one', args: 2 }).enqueue();
    expect(await again.result()).toBeUndefined();
    const result = again.waitForResult();
    await testBed.drain();
    expect(await result).toMatchObject({ data: 2 });
  });

  it('keeps its result if a second enqueue() is refused', async () => {
    const { testBed } = testActors();
    await testBed.repid.job('fail', { id: 'one', deferredBy: '1h' }).enqueue();
    await testBed.clock.advance(3_600_000);
    await testBed.drain();
    await expect(testBed.repid.job('fail', { id: 'one' }).enqueue()).rejects.toThrow(DuplicateJobError);
    expect(await testBed.repid.job('fail', { id: 'one' }).result()).toMatchObject({ success: false });
  });
});

describe('Many jobs', () => {
  it('are enqueued atomically', async () => {
    const { testBed } = testActors();
    const jobs = ['a', 'b', 'c'].map((id) => testBed.repid.job('echo', { id }));
    await testBed.repid.enqueue(jobs);
    expect(await testBed.drain()).toBe(3);
    await jobs[2]!.enqueue();
    await expect(testBed.repid.enqueue(jobs)).rejects.toThrow(DuplicateJobError);
    expect(await jobs[0]!.status()).toEqual({ state: 'succeeded' });
    expect(await testBed.drain()).toBe(1);
  });

  it('are refused if they are not jobs', async () => {
    const { testBed } = testActors();
    await expect(testBed.repid.enqueue([{} as never])).rejects.toThrow(
      'repid.enqueue() was given an object: expected a job made by repid.job().',
    );
  });
});

describe('A job', () => {
  it('has a bound enqueue', async () => {
    const { testBed } = testActors();
    const { enqueue } = testBed.repid.job('echo', { args: 'bound' });
    const job = await enqueue();
    await testBed.drain();
    expect(await job.result()).toMatchObject({ data: 'bound' });
  });

  it.each<[string, JobOptions]>([
    ['job "work" has no option "retry". It has: channel, id, args', { retry: 1 } as JobOptions],
    ['Option "retries" of job "work" is -1: expected a whole number of at least 0.', { retries: -1 }],
    ['Option "timeout" of job "work" is "soon": expected a duration', { timeout: 'soon' }],
    ['Option "priority" of job "work" is "urgent": expected one of "high"', { priority: 'urgent' as 'high' }],
    ['Option "channel" of job "work" is "my channel"', { channel: 'my channel' }],
    [
      'Option "headers" of job "work" is an object: header "n" is a number, expected text.',
      { headers: { n: 1 as unknown as string } },
    ],
    ['Option "deferredUntil" of job "work" is an invalid Date', { deferredUntil: new Date(Number.NaN) }],
    [
      'Option "deferredUntil" of job "work" is 1969-12-31T23:59:59.999Z: expected a valid Date, from 1970 on.',
      { deferredUntil: new Date(-1) },
    ],
    ['Option "argsTtl" of job "work" is 0: expected a duration above 0.', { argsTtl: 0 }],
    ['Option "id" of job "work" is "": expected text of 1 to 512 bytes', { id: '' }],
    ['Option "id" of job "work" is "€', { id: '€'.repeat(171) }],
    [
      'Option "argsId" of job "work" is "\\udc00": expected text of 1 to 512 bytes, without lone surrogates',
      { argsId: '\udc00' },
    ],
    ['Option "resultId" of job "work" is 5', { resultId: 5 as never }],
    ['expected a job, the id of a bucket, or { on, condition }, or an array of them', { dependsOn: [5 as never] }],
    [
      'expected a job, the id of a bucket, or { on, condition }, or an array of them',
      { dependsOn: { on: 'x', condition: 'success', when: 1 } as never },
    ],
    ['The options of job "work" are an array: expected an object.', ['args'] as never],
    ['Option "timeout" of job "work" is Infinity: expected a duration', { timeout: Number.POSITIVE_INFINITY }],
    [
      'Option "headers" of job "work" is an object: header "__proto__" could poison',
      { headers: JSON.parse('{"__proto__":"x"}') as never },
    ],
    [
      'expected a cron expression, or { expression, timeZone }',
      { cron: { expression: '* * * * *', timezone: 'UTC' } as never },
    ],
  ])('refuses invalid options: %s', (message, options) => {
    const { testBed } = testActors();
    expect(() => testBed.repid.job('work', options)).toThrow(message);
    expect(() => testBed.repid.job('work', options)).toThrow(InvalidOptionError);
  });

  it.each<[string, JobOptions]>([
    ['Leave one of them out', { cron: '* * * * *', deferredBy: '1h' }],
    ['cannot be read', { cron: 'whenever' }],
    ['has no future time', { cron: '2001-01-01T00:00:00' }],
    ['a job can recur every millisecond at most', { deferredBy: 0 }],
  ])('is refused at enqueue() if its schedule is invalid: %s', async (message, options) => {
    const { testBed } = testActors();
    await expect(testBed.repid.job('work', options).enqueue()).rejects.toThrow(message);
  });

  it.each(['', undefined, 5])('needs the name of an actor, not %j', (name) => {
    const testBed = new TestBed([]);
    expect(() => testBed.repid.job(name as string)).toThrow('expected text that is not empty, the name of its actor');
  });

  it.each([
    [{ timeout: 0 }, 'Option "timeout" of job "work" is 0: expected a duration above 0'],
    [{ resultTtl: '400000000y' }, 'of 100 years at most'],
    [{ storeResult: false, resultId: 'x' }, 'has a "resultId", but "storeResult" is false'],
  ])('refuses the options %j', (options, message) => {
    const testBed = new TestBed([]);
    expect(() => testBed.repid.job('work', options)).toThrow(message);
  });

  it('refuses storeResult without a results broker', () => {
    const testBed = new TestBed([], { resultsBucketBroker: null });
    expect(testBed.repid.job('work').resultId).toBeUndefined();
    expect(() => testBed.repid.job('work', { resultId: 'x' })).toThrow(UnsupportedError);
    expect(() => testBed.repid.job('work', { storeResult: true })).toThrow('Configure "resultsBucketBroker"');
  });
});
