import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { Router } from '../router/index.js';
import { Gate, OWNERSHIP_TIME, Workshop } from './testing/workshop.test-support.js';
import { Worker, WorkerShutdownError, type WorkerOptions } from './index.js';

const stats = (workshop: Workshop) => workshop.repid.channel('default').stats();

/** Counts its runs, and how many there are at once; each takes a turn of the event loop. */
function counting(options: { concurrency?: number } = {}) {
  const count = { runs: 0, atOnce: 0, most: 0 };
  const actor = defineActor({ name: 'count', ...options }, async () => {
    count.runs += 1;
    count.most = Math.max(count.most, (count.atOnce += 1));
    await new Promise(setImmediate);
    count.atOnce -= 1;
  });
  const workshop = new Workshop([actor]);
  const send = async (times: number) => {
    const message = { channel: 'default', payload: Buffer.from('1'), headers: { topic: 'count' } };
    await workshop.repid.producer.publish(Array.from({ length: times }, () => message));
  };
  return { workshop, count, send };
}

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

describe('A worker', () => {
  it.each([
    [1, 1],
    [3, 2],
    [1_000, 1_000],
    [1_234, 1_000],
    [1_234, 100],
  ])('settles exactly %i messages with concurrency %i', async (messagesLimit, concurrency) => {
    const { workshop, count, send } = counting();
    await send(5_000);
    expect(await workshop.worker().run({ messagesLimit, concurrency })).toEqual({ processed: messagesLimit });
    expect(count.runs).toBe(messagesLimit);
    expect(count.most).toBeLessThanOrEqual(concurrency);
    expect(await stats(workshop)).toMatchObject({ queued: 5_000 - messagesLimit, running: 0 });
  });

  it('has as many messages in hand as its concurrency allows', async () => {
    const { workshop, count, send } = counting();
    await send(50);
    await workshop.drain({ concurrency: 7 });
    expect(count).toMatchObject({ runs: 50, most: 7 });
  });

  it('runs no more of one actor at once than that actor allows', async () => {
    const { workshop, count, send } = counting({ concurrency: 2 });
    await send(20);
    await workshop.drain();
    expect(count).toMatchObject({ runs: 20, most: 2 });
  });

  it('in a burst ends when nothing is due', async () => {
    const { workshop, count, send } = counting();
    await send(2_500);
    await workshop.repid.job('count', { deferredUntil: new Date(workshop.clock.now() + 1_000) }).enqueue();
    expect(await workshop.drain()).toBe(2_500);
    expect(count.runs).toBe(2_500);
    expect(await workshop.drain()).toBe(0);
  });

  it('in a burst takes also what its actors send', async () => {
    const actor = defineActor<number>({ name: 'down' }, async (n, msg) => {
      if (n > 0) await msg.sendMessageJson({ channel: 'default', payload: n - 1, headers: { topic: 'down' } });
    });
    const workshop = new Workshop([actor]);
    await workshop.send('down', 20);
    expect(await workshop.drain()).toBe(21);
  });

  it('takes nothing while it is paused, and goes on when it is resumed', async () => {
    const { workshop, count, send } = counting();
    const worker = workshop.start();
    await vi.waitFor(() => expect(worker.state).toBe('running'));
    await worker.pause();
    expect(worker.state).toBe('paused');
    await send(3);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(count.runs).toBe(0);
    await worker.resume();
    await vi.waitFor(() => expect(count.runs).toBe(3));
    await worker.stop();
    expect(worker.state).toBe('idle');
  });

  it('may be stopped while it is paused', async () => {
    const { workshop } = counting();
    const worker = workshop.start();
    await worker.pause();
    await worker.stop();
    expect(worker.state).toBe('idle');
  });

  it('does not take a burst to be over while it is paused', async () => {
    const { workshop, count, send } = counting();
    await send(3);
    const worker = workshop.worker();
    const run = worker.run({ burst: true });
    await worker.pause();
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(worker.state).toBe('paused');
    await worker.resume();
    await run;
    expect(count.runs).toBe(3);
  });

  it('may be run again, but not twice at once', async () => {
    const { workshop, send } = counting();
    const worker = workshop.worker();
    await send(1);
    const run = worker.run({ messagesLimit: 1 });
    await expect(worker.run()).rejects.toThrow(InvalidOptionError);
    expect(await run).toEqual({ processed: 1 });
    await send(1);
    expect(await worker.run({ messagesLimit: 1 })).toEqual({ processed: 1 });
  });

  it('tells that it starts and stops', async () => {
    const { workshop, send } = counting();
    await send(2);
    await workshop.drain();
    expect(workshop.events).toEqual([
      { type: 'worker-started', channels: ['default'] },
      { type: 'worker-stopped', processed: 2 },
    ]);
  });

  it.each<[string, WorkerOptions]>([
    ['Option "messagesLimit" of worker is 0', { messagesLimit: 0 }],
    ['Option "concurrency" of worker is 1.5', { concurrency: 1.5 }],
    ['Option "gracefulShutdownTime" of worker is "soon"', { gracefulShutdownTime: 'soon' }],
    ['worker has no option "limit"', { limit: 1 } as WorkerOptions],
  ])('says: %s', async (message, options) => {
    const { workshop } = counting();
    expect(() => workshop.worker(options)).toThrow(message);
    await expect(workshop.worker().run(options)).rejects.toThrow(message);
  });

  it('keeps its own options where those of a run are undefined', async () => {
    const { workshop, send } = counting();
    await send(5);
    expect(await workshop.worker({ messagesLimit: 2 }).run({ messagesLimit: undefined })).toEqual({ processed: 2 });
  });

  it('refuses to run without an actor', async () => {
    const { workshop } = counting();
    const worker = new Worker(workshop.repid.producer, new Router([]));
    await expect(worker.run()).rejects.toThrow('The worker has no channels');
    expect(worker.state).toBe('idle');
  });

  it('ends when its broker is disconnected under it', async () => {
    const { workshop } = counting();
    const run = workshop.worker().run();
    await vi.waitFor(() => expect(workshop.told('worker-started')).toHaveLength(1));
    await workshop.repid.disconnect();
    expect(await run).toEqual({ processed: 0 });
    expect(workshop.told('worker-stopping')).toMatchObject([{ reason: 'its broker was disconnected' }]);
  });
});

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
    const { workshop } = counting();
    const before = process.listenerCount('SIGUSR2');
    const run = workshop.worker().run({ handleSignals: ['SIGUSR2'] });
    await vi.waitFor(() => expect(workshop.told('worker-started')).toHaveLength(1));
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
