import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorMiddleware } from '../actor/index.js';
import { TimeoutError } from '../errors/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

const never = (): Promise<never> => new Promise(() => {});

describe('A run that continues after its timeout', () => {
  it('frees its slots for the next run, of its actor and of its worker', async () => {
    const runs: number[] = [];
    const actor = defineActor<number>({ name: 'hung', concurrency: 1, timeout: '1m' }, (n) => {
      runs.push(n);
      return n < 2 ? never() : n;
    });
    const testBed = new TestBed([actor]);
    for (const n of [0, 1, 2]) await testBed.send('hung', n);
    const worker = testBed.start({ concurrency: 1 });
    await vi.waitFor(() => expect(runs).toEqual([0]), 10_000);
    await testBed.clock.advance(60_000);
    await vi.waitFor(() => expect(runs).toEqual([0, 1]), 10_000);
    await testBed.clock.advance(60_000);
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), 10_000);
    expect(runs).toEqual([0, 1, 2]);
  });

  it('is reported with growing intervals for as long as it continues', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const actor = defineActor({ name: 'deaf', timeout: '1m' }, async () => {
      started.open();
      await latch.opened;
    });
    const testBed = new TestBed([actor]);
    await testBed.repid.job('deaf', { id: 'one' }).enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(60_000 + 7_000);
    expect(testBed.eventsOf('signal-ignored')).toMatchObject([
      { actor: 'deaf', id: 'one', since: 1_000, reason: expect.any(TimeoutError) },
      { since: 3_000 },
      { since: 7_000 },
    ]);
    latch.open();
    await testBed.clock.advance(3_600_000);
    expect(testBed.eventsOf('signal-ignored')).toHaveLength(3);
  });

  it('is reported even if its middlewares have ended', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'deaf', timeout: '1m', middlewares: [(_, next) => next()] }, () => {
      started.open();
      return never();
    });
    const testBed = new TestBed([actor]);
    await testBed.send('deaf');
    testBed.start();
    await started.opened;
    await testBed.clock.advance(61_000);
    expect(testBed.eventsOf('signal-ignored')).toHaveLength(1);
  });

  it('does not delay the stop of its worker', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'deaf', timeout: '1m' }, () => {
      started.open();
      return never();
    });
    const testBed = new TestBed([actor]);
    await testBed.send('deaf');
    const worker = testBed.start({ gracefulShutdownTime: '1h' });
    await started.opened;
    await testBed.clock.advance(60_000);
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), 10_000);
    await worker.stop();
    expect(worker.state).toBe('idle');
    await testBed.clock.advance(3_600_000);
    expect(testBed.eventsOf('signal-ignored')).toEqual([]);
  });

  it('fails for its middlewares as soon as it is aborted', async () => {
    const started = new Latch();
    const seen: unknown[] = [];
    const recording: ActorMiddleware = async (_, next) => {
      try {
        const result = await next();
        seen.push('completed');
        return result;
      } catch (error) {
        seen.push(error);
        throw error;
      } finally {
        seen.push('over');
      }
    };
    const actor = defineActor({ name: 'deaf', timeout: '1m', middlewares: [recording] }, () => {
      started.open();
      return never();
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('deaf').enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(60_000);
    expect(seen).toEqual([expect.any(TimeoutError), 'over']);
    expect((await job.result())!.exception).toBe('TimeoutError: "deaf" ran longer than 60000 ms.');
  });

  it('has failed, even if a middleware returns a value for it', async () => {
    const started = new Latch();
    const mending: ActorMiddleware = (_, next) => next().catch(() => 'mended');
    const actor = defineActor({ name: 'deaf', timeout: '1m', middlewares: [mending] }, () => {
      started.open();
      return never();
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('deaf').enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(60_000);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'failed' }), 10_000);
  });

  it('does not time out when the wall clock is changed', async () => {
    const started = new Latch();
    const latches = Array.from({ length: 5 }, () => new Latch());
    const actor = defineActor<number>({ name: 'long' }, async (n) => {
      if (n === 4) started.open();
      await latches[n]!.opened;
      return n;
    });
    const testBed = new TestBed([actor]);
    const jobs = [0, 1, 2, 3, 4].map((n) => testBed.repid.job('long', { args: n }));
    await testBed.repid.enqueue(jobs);
    testBed.start();
    await started.opened;
    const wall = Date.now();
    const date = vi.spyOn(Date, 'now').mockImplementation(() => wall + 3_600_000);
    await testBed.clock.advance(8_000);
    for (const latch of latches) latch.open();
    const results = await Promise.all(jobs.map((job) => job.waitForResult()));
    date.mockRestore();
    expect(results.map(({ data }) => data)).toEqual([0, 1, 2, 3, 4]);
    expect(await testBed.deadLetters()).toEqual([]);
  });
});

describe('A job that is cancelled while it runs', () => {
  it('is aborted and not settled by its worker: the broker has ended it', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const signals: unknown[] = [];
    const actor = defineActor({ name: 'long', retryPolicy: () => 0 }, async (_, msg) => {
      msg.signal.addEventListener('abort', () => signals.push((msg.signal.reason as Error).name));
      msg.enqueue(testBed.repid.job('long', { id: 'follower' }));
      started.open();
      await latch.opened;
      return 'too late';
    });
    const testBed: TestBed = new TestBed([actor]);
    const job = await testBed.repid.job('long', { id: 'one', retries: 3 }).enqueue();
    const worker = testBed.start({ messagesLimit: 1 });
    await started.opened;
    expect(await job.cancel()).toBe(true);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), 10_000);
    expect(signals).toEqual(['CancelledError']);
    latch.open();
    await worker.stop();
    expect(testBed.eventsOf('cancelled')).toEqual([
      { type: 'cancelled', actor: 'long', id: 'one', channel: 'default' },
    ]);
    expect(testBed.eventsOf('ownership-lost')).toEqual([]);
    expect(await job.result()).toMatchObject({ success: false, cancelled: true });
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, running: 0, delayed: 0 });
  });

  it('is reported as cancelled even if its settlement was being committed', async () => {
    const actor = defineActor({ name: 'work' }, async () => {
      await testBed.repid.job('work', { id: 'one' }).cancel();
      return 'too late';
    });
    const testBed: TestBed = new TestBed([actor]);
    const job = await testBed.perform('work', { id: 'one' });
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(testBed.eventsOf('cancelled')).toHaveLength(1);
    expect(testBed.events.map(({ type }) => type)).not.toContain('settlement-failed');
  });

  it('does not recur', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'tick' }, async () => {
      started.open();
      await never();
    });
    const testBed = new TestBed([actor]);
    const job = await testBed.repid.job('tick', { id: 'tick', deferredBy: '1h' }).enqueue();
    testBed.start();
    await testBed.clock.advance(3_600_000);
    await started.opened;
    expect(await job.cancel()).toBe(true);
    await vi.waitFor(() => expect(testBed.eventsOf('cancelled')).toHaveLength(1), 10_000);
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, running: 0, delayed: 0 });
  });
});

describe('A channel that is paused', () => {
  it('returns received messages that have not started, without counting an attempt', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const runs: string[] = [];
    const actor = defineActor({ name: 'one', concurrency: 1 }, async (_, { id, parameters }) => {
      runs.push(`${id}/${parameters.retries.alreadyTried}`);
      started.open();
      await latch.opened;
    });
    const other = defineActor({ name: 'other' }, () => {});
    const testBed = new TestBed([actor, other]);
    await testBed.repid.enqueue(['a', 'b', 'c'].map((id) => testBed.repid.job('one', { id })));
    testBed.start();
    await started.opened;
    await testBed.repid.channel('default').pause();
    latch.open();
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('default').stats()).toMatchObject({ running: 0 }),
      10_000,
    );
    await testBed.clock.advance(5_000);
    expect(runs).toEqual(['a/0']);
    expect(testBed.eventsOf('given-back')).toEqual([]);
    await testBed.repid.channel('default').resume();
    await vi.waitFor(() => expect(runs).toHaveLength(3), 10_000);
    expect(new Set(runs)).toEqual(new Set(['a/0', 'b/0', 'c/0']));
  });

  it.each(['auto', 'ack-first'] as const)('is checked after the arguments are read, with %s', async (confirmation) => {
    const [reading, latch] = [new Latch(), new Latch()];
    let runs = 0;
    const actor = defineActor({ name: 'work', confirmation }, () => (runs += 1));
    const testBed = new TestBed([actor]);
    const get = testBed.buckets.get.bind(testBed.buckets);
    vi.spyOn(testBed.buckets, 'get').mockImplementationOnce(async (ids) => {
      reading.open();
      await latch.opened;
      return get(ids);
    });
    const job = await testBed.repid.job('work', { args: 1 }).enqueue();
    const worker = testBed.start();
    await reading.opened;
    await testBed.repid.channel('default').pause();
    latch.open();
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), 10_000);
    expect([runs, await job.status()]).toEqual([0, { state: 'queued' }]);
  });
});
