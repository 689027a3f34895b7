import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { RetryLater, TimeoutError, Unrecoverable } from '../errors/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

/** Fails this many times, then succeeds. */
function failing(times: number, options: Partial<ActorOptions> = {}) {
  const runs: number[] = [];
  const actor = defineActor({ name: 'fail', retryPolicy: (retry) => retry * 1_000, ...options }, (_, msg) => {
    runs.push(msg.parameters.retries.alreadyTried);
    if (runs.length <= times) throw new Error(`failure ${runs.length}`);
    return 'done';
  });
  return { actor, runs };
}

async function performWithRetries(testBed: TestBed, retries: number) {
  const job = await testBed.perform('fail', { retries });
  for (let n = 0; n < retries; n += 1) {
    await testBed.clock.advance(60_000);
    await testBed.drain();
  }
  return job;
}

describe('A job that fails', () => {
  it('is retried after the delay of its policy, and no sooner', async () => {
    const { actor, runs } = failing(2);
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('fail', { retries: 3 });
    await testBed.clock.advance(500);
    await testBed.drain();
    expect(runs).toEqual([0]);
    expect(await job.status()).toEqual({ state: 'delayed' });
    await testBed.clock.advance(500);
    await testBed.drain();
    expect(runs).toEqual([0, 1]);
    await testBed.clock.advance(2_000);
    await testBed.drain();
    expect(runs).toEqual([0, 1, 2]);
    expect(await job.result()).toMatchObject({ data: 'done', success: true });
    expect(testBed.eventsOf('retrying').map(({ delay }) => delay)).toEqual([1_000, 2_000]);
  });

  it('moves to the dead letters with its reason when its retries are used up', async () => {
    const { actor, runs } = failing(9);
    const testBed = new TestBed([actor]);
    const job = await performWithRetries(testBed, 3);
    expect(runs).toEqual([0, 1, 2, 3]);
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'Error', name: 'Error', message: 'failure 4', attempts: 4 });
    expect(dead!.reason.stack).toContain('failures.test.ts');
    expect(await job.result()).toMatchObject({ success: false, data: null, exception: 'Error: failure 4' });
    expect(await job.status()).toEqual({ state: 'failed' });
  });

  it('starts again when its dead letter is replayed', async () => {
    const { actor, runs } = failing(1);
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('fail', { ttl: '1h' });
    await testBed.clock.advance(86_400_000);
    expect(await testBed.repid.channel('default').replayDeadLetters()).toMatchObject({ replayed: 1 });
    await testBed.drain();
    expect(runs).toEqual([0, 0]);
    expect(await job.result()).toMatchObject({ success: true });
  });

  it('waits for the delay of RetryLater', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'later' }, () => {
      runs += 1;
      if (runs === 1) throw new RetryLater('90s');
    });
    const testBed = new TestBed([actor]);
    await testBed.perform('later', { retries: 1 });
    await testBed.clock.advance(89_000);
    await testBed.drain();
    expect(runs).toBe(1);
    await testBed.clock.advance(1_000);
    await testBed.drain();
    expect(runs).toBe(2);
  });

  it('is not retried when it throws Unrecoverable', async () => {
    const actor = defineActor({ name: 'hopeless' }, () => {
      throw new Unrecoverable('No such customer.');
    });
    const testBed = new TestBed([actor]);
    await testBed.perform('hopeless', { retries: 5 });
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_UNRECOVERABLE', attempts: 1 });
  });

  it('stores any thrown value, even if it is not an error', async () => {
    const actor = defineActor({ name: 'odd' }, () => {
      // oxlint-disable-next-line no-throw-literal
      throw 'just text';
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('odd');
    expect(await job.result()).toMatchObject({ success: false, exception: 'just text' });
    expect((await testBed.deadLetters())[0]!.reason.message).toBe('just text');
  });

  it('moves to the dead letters when its retry policy fails', async () => {
    const { actor } = failing(9, { retryPolicy: () => 'soon' });
    const testBed = new TestBed([actor]);
    await testBed.perform('fail', { retries: 5 });
    const [dead] = await testBed.deadLetters();
    expect(dead!.reason).toMatchObject({
      code: 'REPID_FAILURE_POLICY',
      cause: { errors: [{ message: 'failure 1' }, { code: 'REPID_INVALID_OPTION' }] },
    });
    expect(dead!.reason.message).toContain("the actor's own error: Error: failure 1");
  });
});

describe('onError', () => {
  it.each([
    ['nack', { deadLetters: 1, queued: 0 }],
    ['ack', { deadLetters: 0, queued: 0 }],
    ['reject', { deadLetters: 0, queued: 1 }],
  ] as const)('%s decides what is done with the message', async (onError, stats) => {
    const { actor } = failing(1, { onError });
    const testBed = new TestBed([actor]);
    await testBed.repid.job('fail').enqueue();
    await testBed.worker().run({ messagesLimit: 1 });
    expect(await testBed.repid.channel('default').stats()).toMatchObject(stats);
  });

  it('gets the error, and can decide differently for each', async () => {
    const errors: unknown[] = [];
    const { actor } = failing(1, { onError: (error) => (errors.push(error), 'ack') });
    const testBed = new TestBed([actor]);
    const job = await testBed.perform('fail');
    expect(errors).toMatchObject([{ message: 'failure 1' }]);
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: failure 1' });
    expect(testBed.eventsOf('failure-acknowledged')).toHaveLength(1);
  });

  it('that returns nonsense moves the message to the dead letters', async () => {
    const { actor } = failing(1, { onError: () => 'maybe' as 'ack' });
    const testBed = new TestBed([actor]);
    await testBed.perform('fail');
    expect((await testBed.deadLetters())[0]!.reason.message).toContain('"onError" returned "maybe"');
  });
});

describe('A job that takes too long', () => {
  it('gets its signal, counts as failed and is retried', async () => {
    const reasons: unknown[] = [];
    const started = new Latch();
    const actor = defineActor(
      { name: 'slow', timeout: '5s', retryPolicy: () => 1_000 },
      async (_, { signal, parameters }) => {
        if (parameters.retries.alreadyTried > 0) return 'fast';
        started.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        throw signal.reason;
      },
    );
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('slow', { retries: 1 }).enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(5_000);
    expect(reasons).toEqual([expect.any(TimeoutError)]);
    await testBed.clock.advance(1_000);
    await vi.waitFor(async () => expect(await job.result()).toMatchObject({ success: true, data: 'fast' }), 10_000);
    expect(testBed.eventsOf('signal-ignored')).toEqual([]);
  });

  it('uses its own timeout, not that of its actor', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'slow', timeout: '1h' }, async (_, msg) => {
      expect(msg.parameters.timeout).toBe(50);
      started.open();
      await new Promise(() => {});
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('slow', { timeout: 50 }).enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(50);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'failed' }), 10_000);
    expect((await job.result())!.exception).toBe('TimeoutError: "slow" ran longer than 50 ms.');
  });

  it('is reported when it ignores its signal, and its late result is dropped', async () => {
    const [started, latch, sent] = [new Latch(), new Latch(), new Latch()];
    let lateSend: unknown;
    const actor = defineActor({ name: 'deaf', timeout: 100 }, async (_, msg) => {
      started.open();
      await latch.opened;
      lateSend = await msg.sendMessageJson({ channel: 'elsewhere', payload: 1 }).catch((error: unknown) => error);
      await msg.ack();
      sent.open();
      return 'too late';
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('deaf').enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(2_000);
    expect(testBed.eventsOf('signal-ignored')).toMatchObject([{ actor: 'deaf' }]);
    latch.open();
    await sent.opened;
    expect(lateSend).toBeInstanceOf(TimeoutError);
    expect(await job.result()).toMatchObject({ success: false });
    expect(await testBed.repid.channel('elsewhere').stats()).toMatchObject({ queued: 0 });
  });
});

describe('A message that is too old', () => {
  it('goes to the dead letters as expired, with an error as its result', async () => {
    const { actor, runs } = failing(0);
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('fail', { ttl: '1m' }).enqueue();
    await testBed.clock.advance(60_001);
    await testBed.drain();
    expect(runs).toEqual([]);
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code: 'REPID_MESSAGE_EXPIRED', attempts: 0 });
    expect((await job.result())!.exception).toContain('MessageExpiredError');
  });

  it('ages from when it was due', async () => {
    const { actor, runs } = failing(0);
    const testBed = new TestBed([actor]);
    const deferredUntil = new Date(testBed.clock.now() + 3_600_000);
    await testBed.repid.job('fail', { ttl: '1m', deferredUntil }).enqueue();
    await testBed.repid.job('fail', { ttl: '1m', deferredBy: '1h' }).enqueue();
    await testBed.clock.advance(3_600_000 + 30_000);
    expect(await testBed.drain()).toBe(2);
    expect(runs).toHaveLength(2);
  });
});
