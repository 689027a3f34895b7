import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { Gate, OWNERSHIP_TIME, Workshop } from './testing/workshop.test-support.js';
import { WorkerShutdownError } from './index.js';

const stats = (workshop: Workshop) => workshop.repid.channel('default').stats();

/** An actor that has started and waits. */
function waiting() {
  const [started, gate] = [new Gate(), new Gate()];
  const signals: unknown[] = [];
  const runs: number[] = [];
  const actor = defineActor({ name: 'wait' }, async (_, msg) => {
    runs.push(msg.parameters.retries.alreadyTried);
    msg.signal.addEventListener('abort', () => signals.push(msg.signal.reason));
    started.open();
    await gate.opened;
    return 'done';
  });
  return { workshop: new Workshop([actor]), started, gate, signals, runs };
}

describe('A worker that is stopped', () => {
  it('lets running actors finish and takes nothing more', async () => {
    const { workshop, started, gate, runs } = waiting();
    const job = await workshop.repid.job('wait').enqueue();
    const worker = workshop.start();
    await started.opened;
    expect(worker.inFlight).toBe(1);
    const stopped = worker.stop();
    expect(worker.state).toBe('stopping');
    await workshop.send('wait');
    gate.open();
    await stopped;
    expect(await job.result()).toMatchObject({ data: 'done' });
    expect(runs).toHaveLength(1);
    expect(await stats(workshop)).toMatchObject({ queued: 1 });
  });

  it('calls off what goes on after the grace period, and gives it back without counting an attempt', async () => {
    const { workshop, started, gate, signals, runs } = waiting();
    const job = await workshop.repid.job('wait').enqueue();
    const worker = workshop.start({ gracefulShutdownTime: 1 });
    await started.opened;
    await worker.stop();
    expect(signals).toEqual([expect.any(WorkerShutdownError)]);
    expect(await job.status()).toEqual({ state: 'queued' });
    gate.open();
    await workshop.drain();
    expect(runs).toEqual([0, 0]);
    expect(await job.result()).toMatchObject({ data: 'done' });
    expect(workshop.told('given-back')).toHaveLength(1);
  });

  it('begins nothing more: what waits for its actor to be free is given back at once', async () => {
    const [started, gate] = [new Gate(), new Gate()];
    let runs = 0;
    const actor = defineActor({ name: 'one', concurrency: 1 }, async () => {
      runs += 1;
      started.open();
      await gate.opened;
    });
    const workshop = new Workshop([actor]);
    for (let n = 0; n < 5; n += 1) await workshop.send('one');
    const worker = workshop.start();
    await started.opened;
    const stopped = worker.stop();
    await vi.waitFor(async () => expect(await stats(workshop)).toMatchObject({ queued: 4, running: 1 }), 10_000);
    gate.open();
    await stopped;
    expect(runs).toBe(1);
  });

  it('gives back also what waits for its actor to be free', async () => {
    const started = new Gate();
    const actor = defineActor({ name: 'one', concurrency: 1 }, async () => {
      started.open();
      await new Promise(() => {});
    });
    const workshop = new Workshop([actor]);
    await workshop.repid.enqueue(Array.from({ length: 5 }, () => workshop.repid.job('one')));
    const worker = workshop.start({ gracefulShutdownTime: 1 });
    await started.opened;
    await worker.stop();
    expect(await stats(workshop)).toMatchObject({ queued: 5, running: 0 });
  });

  it('ends at a signal of the process, and leaves no listener behind', async () => {
    const { workshop } = waiting();
    const before = process.listenerCount('SIGUSR2');
    const run = workshop.worker().run({ handleSignals: ['SIGUSR2'] });
    await vi.waitFor(() => expect(workshop.told('worker-started')).toHaveLength(1), 10_000);
    process.emit('SIGUSR2', 'SIGUSR2');
    await run;
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    expect(workshop.told('worker-stopping')).toMatchObject([{ reason: 'SIGUSR2 was received' }]);
  });
});

describe('Ownership', () => {
  it('is kept for as long as an actor runs', async () => {
    const { workshop, started, gate, runs } = waiting();
    const job = await workshop.repid.job('wait').enqueue();
    workshop.start();
    await started.opened;
    await workshop.clock.advance(OWNERSHIP_TIME * 10);
    gate.open();
    expect(await job.waitForResult()).toMatchObject({ data: 'done' });
    expect(runs).toHaveLength(1);
    expect(workshop.told('ownership-lost')).toEqual([]);
  });
});
