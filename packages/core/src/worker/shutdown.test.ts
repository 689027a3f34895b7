import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { Latch, OWNERSHIP_TIME, TestBed } from './testing/test-bed.test-support.js';
import { WorkerShutdownError } from './index.js';

const stats = (testBed: TestBed) => testBed.repid.channel('default').stats();

/** An actor that waits once it has started. */
function waiting() {
  const [started, latch] = [new Latch(), new Latch()];
  const signals: unknown[] = [];
  const runs: number[] = [];
  const actor = defineActor({ name: 'wait' }, async (_, msg) => {
    runs.push(msg.parameters.retries.alreadyTried);
    msg.signal.addEventListener('abort', () => signals.push(msg.signal.reason));
    started.open();
    await latch.opened;
    return 'done';
  });
  return { testBed: new TestBed([actor]), started, latch, signals, runs };
}

describe('A worker that is stopped', () => {
  it('lets running actors finish and receives nothing more', async () => {
    const { testBed, started, latch, runs } = waiting();
    const job = await testBed.repid.job('wait').enqueue();
    const worker = testBed.start();
    await started.opened;
    expect(worker.inFlight).toBe(1);
    const stopped = worker.stop();
    expect(worker.state).toBe('stopping');
    await testBed.send('wait');
    latch.open();
    await stopped;
    expect(await job.result()).toMatchObject({ data: 'done' });
    expect(runs).toHaveLength(1);
    expect(await stats(testBed)).toMatchObject({ queued: 1 });
  });

  it('aborts actors after the grace period, and returns their messages without counting an attempt', async () => {
    const { testBed, started, latch, signals, runs } = waiting();
    const job = await testBed.repid.job('wait').enqueue();
    const worker = testBed.start({ gracefulShutdownTime: 1 });
    await started.opened;
    await worker.stop();
    expect(signals).toEqual([expect.any(WorkerShutdownError)]);
    expect(await job.status()).toEqual({ state: 'queued' });
    latch.open();
    await testBed.drain();
    expect(runs).toEqual([0, 0]);
    expect(await job.result()).toMatchObject({ data: 'done' });
    expect(testBed.eventsOf('given-back')).toHaveLength(1);
  });

  it('starts nothing more: messages that wait for a slot of their actor are returned at once', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    let runs = 0;
    const actor = defineActor({ name: 'one', concurrency: 1 }, async () => {
      runs += 1;
      started.open();
      await latch.opened;
    });
    const testBed = new TestBed([actor]);
    for (let n = 0; n < 5; n += 1) await testBed.send('one');
    const worker = testBed.start();
    await started.opened;
    const stopped = worker.stop();
    await vi.waitFor(async () => expect(await stats(testBed)).toMatchObject({ queued: 4, running: 1 }), 10_000);
    latch.open();
    await stopped;
    expect(runs).toBe(1);
  });

  it('returns messages that wait for a slot of their actor', async () => {
    const started = new Latch();
    const actor = defineActor({ name: 'one', concurrency: 1 }, async () => {
      started.open();
      await new Promise(() => {});
    });
    const testBed = new TestBed([actor]);
    await testBed.repid.enqueue(Array.from({ length: 5 }, () => testBed.repid.job('one')));
    const worker = testBed.start({ gracefulShutdownTime: 1 });
    await started.opened;
    await worker.stop();
    expect(await stats(testBed)).toMatchObject({ queued: 5, running: 0 });
  });

  it('ends at a process signal, and leaves no listener behind', async () => {
    const { testBed } = waiting();
    const before = process.listenerCount('SIGUSR2');
    const run = testBed.worker().run({ handleSignals: ['SIGUSR2'] });
    await vi.waitFor(() => expect(testBed.eventsOf('worker-started')).toHaveLength(1), 10_000);
    process.emit('SIGUSR2', 'SIGUSR2');
    await run;
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    expect(testBed.eventsOf('worker-stopping')).toMatchObject([{ reason: 'SIGUSR2 was received' }]);
  });
});

describe('Ownership', () => {
  it('is extended for as long as an actor runs', async () => {
    const { testBed, started, latch, runs } = waiting();
    const job = await testBed.repid.job('wait').enqueue();
    testBed.start();
    await started.opened;
    await testBed.clock.advance(OWNERSHIP_TIME * 10);
    latch.open();
    expect(await job.waitForResult()).toMatchObject({ data: 'done' });
    expect(runs).toHaveLength(1);
    expect(testBed.eventsOf('ownership-lost')).toEqual([]);
  });
});
