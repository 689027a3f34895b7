import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { RetryLater, TimeoutError, Unrecoverable } from '../errors/index.js';
import { Gate, Workshop } from './testing/workshop.test-support.js';

/** Fails as often as it is told, then succeeds. */
function failing(times: number, options: Partial<ActorOptions> = {}) {
  const runs: number[] = [];
  const actor = defineActor({ name: 'fail', retryPolicy: (retry) => retry * 1_000, ...options }, (_, msg) => {
    runs.push(msg.parameters.retries.alreadyTried);
    if (runs.length <= times) throw new Error(`failure ${runs.length}`);
    return 'done';
  });
  return { actor, runs };
}

async function performWithRetries(workshop: Workshop, retries: number) {
  const job = await workshop.perform('fail', { retries });
  for (let n = 0; n < retries; n += 1) {
    await workshop.clock.advance(60_000);
    await workshop.drain();
  }
  return job;
}

describe('A job that fails', () => {
  it('is retried after the delay of its policy, and no sooner', async () => {
    const { actor, runs } = failing(2);
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('fail', { retries: 3 });
    await workshop.clock.advance(500);
    await workshop.drain();
    expect(runs).toEqual([0]);
    expect(await job.status()).toEqual({ state: 'delayed' });
    await workshop.clock.advance(500);
    await workshop.drain();
    expect(runs).toEqual([0, 1]);
    await workshop.clock.advance(2_000);
    await workshop.drain();
    expect(runs).toEqual([0, 1, 2]);
    expect(await job.result()).toMatchObject({ data: 'done', success: true });
    expect(workshop.told('retrying').map(({ delay }) => delay)).toEqual([1_000, 2_000]);
  });

  it('goes to the dead letters with its reason when its retries are used up', async () => {
    const { actor, runs } = failing(9);
    const workshop = new Workshop([actor]);
    const job = await performWithRetries(workshop, 3);
    expect(runs).toEqual([0, 1, 2, 3]);
    const [dead] = await workshop.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'Error', name: 'Error', message: 'failure 4', attempts: 4 });
    expect(dead!.reason.stack).toContain('failures.test.ts');
    expect(await job.result()).toMatchObject({ success: false, data: null, exception: 'Error: failure 4' });
    expect(await job.status()).toEqual({ state: 'failed' });
  });

  it('starts anew when its dead letter is replayed', async () => {
    const { actor, runs } = failing(1);
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('fail', { ttl: '1h' });
    await workshop.clock.advance(86_400_000);
    expect(await workshop.repid.channel('default').replayDeadLetters()).toMatchObject({ replayed: 1 });
    await workshop.drain();
    expect(runs).toEqual([0, 0]);
    expect(await job.result()).toMatchObject({ success: true });
  });

  it('waits as long as RetryLater asks', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'later' }, () => {
      runs += 1;
      if (runs === 1) throw new RetryLater('90s');
    });
    const workshop = new Workshop([actor]);
    await workshop.perform('later', { retries: 1 });
    await workshop.clock.advance(89_000);
    await workshop.drain();
    expect(runs).toBe(1);
    await workshop.clock.advance(1_000);
    await workshop.drain();
    expect(runs).toBe(2);
  });

  it('ends at once when it throws Unrecoverable', async () => {
    const actor = defineActor({ name: 'hopeless' }, () => {
      throw new Unrecoverable('No such customer.');
    });
    const workshop = new Workshop([actor]);
    await workshop.perform('hopeless', { retries: 5 });
    const [dead] = await workshop.deadLetters();
    expect(dead!.reason).toMatchObject({ code: 'REPID_UNRECOVERABLE', attempts: 1 });
  });

  it('tells anything that is thrown, also what is no error', async () => {
    const actor = defineActor({ name: 'odd' }, () => {
      // oxlint-disable-next-line no-throw-literal
      throw 'just text';
    });
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('odd');
    expect(await job.result()).toMatchObject({ success: false, exception: 'just text' });
    expect((await workshop.deadLetters())[0]!.reason.message).toBe('just text');
  });

  it('is given up when its retry policy fails', async () => {
    const { actor } = failing(9, { retryPolicy: () => 'soon' });
    const workshop = new Workshop([actor]);
    await workshop.perform('fail', { retries: 5 });
    const [dead] = await workshop.deadLetters();
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
  ] as const)('%s decides what becomes of the message', async (onError, stats) => {
    const { actor } = failing(1, { onError });
    const workshop = new Workshop([actor]);
    await workshop.repid.job('fail').enqueue();
    await workshop.worker().run({ messagesLimit: 1 });
    expect(await workshop.repid.channel('default').stats()).toMatchObject(stats);
  });

  it('has the error, and may answer differently for each', async () => {
    const errors: unknown[] = [];
    const { actor } = failing(1, { onError: (error) => (errors.push(error), 'ack') });
    const workshop = new Workshop([actor]);
    const job = await workshop.perform('fail');
    expect(errors).toMatchObject([{ message: 'failure 1' }]);
    expect(await job.result()).toMatchObject({ success: false, exception: 'Error: failure 1' });
    expect(workshop.told('failure-acknowledged')).toHaveLength(1);
  });

  it('that answers nonsense gives the message up', async () => {
    const { actor } = failing(1, { onError: () => 'maybe' as 'ack' });
    const workshop = new Workshop([actor]);
    await workshop.perform('fail');
    expect((await workshop.deadLetters())[0]!.reason.message).toContain('"onError" answered "maybe"');
  });
});

describe('A job that takes too long', () => {
  it('sees its signal fire, counts as failed and is retried', async () => {
    const reasons: unknown[] = [];
    const started = new Gate();
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
    const workshop = new Workshop([actor]);
    const job = await workshop.repid.job('slow', { retries: 1 }).enqueue();
    workshop.start();
    await started.opened;
    await workshop.clock.advance(5_000);
    expect(reasons).toEqual([expect.any(TimeoutError)]);
    await workshop.clock.advance(1_000);
    await vi.waitFor(async () => expect(await job.result()).toMatchObject({ success: true, data: 'fast' }), 10_000);
    expect(workshop.told('signal-ignored')).toEqual([]);
  });

  it('has its own limit before that of its actor', async () => {
    const started = new Gate();
    const actor = defineActor({ name: 'slow', timeout: '1h' }, async (_, msg) => {
      expect(msg.parameters.timeout).toBe(50);
      started.open();
      await new Promise(() => {});
    });
    const workshop = new Workshop([actor]);
    const job = await workshop.repid.job('slow', { timeout: 50 }).enqueue();
    workshop.start();
    await started.opened;
    await workshop.clock.advance(50);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'failed' }), 10_000);
    expect((await job.result())!.exception).toBe('TimeoutError: "slow" ran longer than 50 ms.');
  });

  it('is reported and its late result dropped when it ignores its signal', async () => {
    const [started, gate, sent] = [new Gate(), new Gate(), new Gate()];
    let lateSend: unknown;
    const actor = defineActor({ name: 'deaf', timeout: 100 }, async (_, msg) => {
      started.open();
      await gate.opened;
      lateSend = await msg.sendMessageJson({ channel: 'elsewhere', payload: 1 }).catch((error: unknown) => error);
      await msg.ack();
      sent.open();
      return 'too late';
    });
    const workshop = new Workshop([actor]);
    const job = await workshop.repid.job('deaf').enqueue();
    workshop.start();
    await started.opened;
    await workshop.clock.advance(2_000);
    expect(workshop.told('signal-ignored')).toMatchObject([{ actor: 'deaf' }]);
    gate.open();
    await sent.opened;
    expect(lateSend).toBeInstanceOf(TimeoutError);
    expect(await job.result()).toMatchObject({ success: false });
    expect(await workshop.repid.channel('elsewhere').stats()).toMatchObject({ queued: 0 });
  });
});

describe('A message that is too old', () => {
  it('goes to the dead letters as expired, and its result says so', async () => {
    const { actor, runs } = failing(0);
    const workshop = new Workshop([actor]);
    const job = await workshop.repid.job('fail', { ttl: '1m' }).enqueue();
    await workshop.clock.advance(60_001);
    await workshop.drain();
    expect(runs).toEqual([]);
    expect((await workshop.deadLetters())[0]!.reason).toMatchObject({ code: 'REPID_MESSAGE_EXPIRED', attempts: 0 });
    expect((await job.result())!.exception).toContain('MessageExpiredError');
  });

  it('ages from when it was due', async () => {
    const { actor, runs } = failing(0);
    const workshop = new Workshop([actor]);
    const deferredUntil = new Date(workshop.clock.now() + 3_600_000);
    await workshop.repid.job('fail', { ttl: '1m', deferredUntil }).enqueue();
    await workshop.repid.job('fail', { ttl: '1m', deferredBy: '1h' }).enqueue();
    await workshop.clock.advance(3_600_000 + 30_000);
    expect(await workshop.drain()).toBe(2);
    expect(runs).toHaveLength(2);
  });
});
