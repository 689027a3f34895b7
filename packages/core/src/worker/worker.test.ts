import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { Router } from '../router/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';
import { Worker, type WorkerOptions } from './index.js';

const stats = (testBed: TestBed) => testBed.repid.channel('default').stats();

/** Counts its runs, and how many run at once. Each run takes a tick of the event loop. */
function counting(options: { concurrency?: number } = {}) {
  const count = { runs: 0, atOnce: 0, most: 0 };
  const actor = defineActor({ name: 'count', ...options }, async () => {
    count.runs += 1;
    count.most = Math.max(count.most, (count.atOnce += 1));
    await new Promise(setImmediate);
    count.atOnce -= 1;
  });
  const testBed = new TestBed([actor]);
  const send = async (times: number) => {
    const message = { channel: 'default', payload: Buffer.from('1'), headers: { topic: 'count' } };
    await testBed.repid.producer.publish(Array.from({ length: times }, () => message));
  };
  return { testBed, count, send };
}

describe('A worker', () => {
  it.each([
    [1, 1],
    [3, 2],
    [1_000, 1_000],
    [1_234, 1_000],
    [1_234, 100],
  ])('settles exactly %i messages with concurrency %i', async (messagesLimit, concurrency) => {
    const { testBed, count, send } = counting();
    await send(5_000);
    expect(await testBed.worker().run({ messagesLimit, concurrency })).toEqual({ processed: messagesLimit });
    expect(count.runs).toBe(messagesLimit);
    expect(count.most).toBeLessThanOrEqual(concurrency);
    expect(await stats(testBed)).toMatchObject({ queued: 5_000 - messagesLimit, running: 0 });
  });

  it('has as many messages in flight as its concurrency allows', async () => {
    const { testBed, count, send } = counting();
    await send(50);
    await testBed.drain({ concurrency: 7 });
    expect(count).toMatchObject({ runs: 50, most: 7 });
  });

  it('keeps the concurrency limit of an actor', async () => {
    const { testBed, count, send } = counting({ concurrency: 2 });
    await send(20);
    await testBed.drain();
    expect(count).toMatchObject({ runs: 20, most: 2 });
  });

  it('does not count a message that it has lost', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work' }, async () => {
      runs += 1;
      if (runs === 1) await testBed.repid.channel('default').delete();
    });
    const testBed: TestBed = new TestBed([actor]);
    await testBed.send('work');
    const run = testBed.worker().run({ messagesLimit: 2 });
    await vi.waitFor(() => expect(testBed.eventsOf('ownership-lost')).toHaveLength(1), 10_000);
    for (let n = 0; n < 3; n += 1) await testBed.send('work');
    expect(await run).toEqual({ processed: 2 });
    expect(runs).toBe(3);
  });

  it('does not run a job that was cancelled while it waited for a slot of its actor', async () => {
    const [started, latch] = [new Latch(), new Latch()];
    const runs: string[] = [];
    const actor = defineActor({ name: 'one', concurrency: 1 }, async (_, { id }) => {
      runs.push(id);
      started.open();
      await latch.opened;
    });
    const testBed = new TestBed([actor]);
    const jobs = ['a', 'b', 'c'].map((id) => testBed.repid.job('one', { id }));
    await testBed.repid.enqueue(jobs);
    testBed.start();
    await started.opened;
    expect(await jobs[1]!.cancel()).toBe(true);
    expect(await jobs[1]!.waitForResult()).toMatchObject({ cancelled: true });
    await testBed.clock.advance(5_000);
    latch.open();
    await jobs[2]!.waitForResult();
    expect(runs).toEqual(['a', 'c']);
    expect(testBed.eventsOf('signal-ignored')).toEqual([]);
  });

  it('keeps the process alive while it works, and no longer', async () => {
    const [set, clear] = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'clearInterval')];
    const { testBed, send } = counting();
    await send(1);
    await testBed.drain();
    const kept = set.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(kept.map((interval) => interval.hasRef())).toEqual([true]);
    expect(clear.mock.calls).toEqual([[kept[0]]]);
    vi.restoreAllMocks();
  });

  it('in a burst ends when nothing is due', async () => {
    const { testBed, count, send } = counting();
    await send(2_500);
    await testBed.repid.job('count', { deferredUntil: new Date(testBed.clock.now() + 3_600_000) }).enqueue();
    expect(await testBed.drain()).toBe(2_500);
    expect(count.runs).toBe(2_500);
    expect(await testBed.drain()).toBe(0);
  });

  it('in a burst also runs what its actors send', async () => {
    const actor = defineActor<number>({ name: 'down' }, async (n, msg) => {
      if (n > 0) await msg.sendMessageJson({ channel: 'default', payload: n - 1, headers: { topic: 'down' } });
    });
    const testBed = new TestBed([actor]);
    await testBed.send('down', 20);
    expect(await testBed.drain()).toBe(21);
  });

  it('receives nothing while it is paused, and continues when it is resumed', async () => {
    const { testBed, count, send } = counting();
    const worker = testBed.start();
    await send(1);
    await vi.waitFor(() => expect(count.runs).toBe(1), 10_000);
    for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
    await worker.pause();
    expect(worker.state).toBe('paused');
    await send(3);
    for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
    expect(count.runs).toBe(1);
    await worker.resume();
    await vi.waitFor(() => expect(count.runs).toBe(4), 10_000);
    await worker.stop();
    expect(worker.state).toBe('idle');
  });

  it('can be stopped while it is paused', async () => {
    const { testBed } = counting();
    const worker = testBed.start();
    await worker.pause();
    await worker.stop();
    expect(worker.state).toBe('idle');
  });

  it('does not end a burst while it is paused', async () => {
    const { testBed, count, send } = counting();
    await send(3);
    const worker = testBed.worker();
    const run = worker.run({ burst: true });
    await worker.pause();
    for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
    expect(worker.state).toBe('paused');
    await worker.resume();
    await run;
    expect(count.runs).toBe(3);
  });

  it('can run again, but not twice at once', async () => {
    const { testBed, send } = counting();
    const worker = testBed.worker();
    await send(1);
    const run = worker.run({ messagesLimit: 1 });
    await expect(worker.run()).rejects.toThrow(InvalidOptionError);
    expect(await run).toEqual({ processed: 1 });
    await send(1);
    expect(await worker.run({ messagesLimit: 1 })).toEqual({ processed: 1 });
  });

  it('reports that it starts and stops', async () => {
    const { testBed, send } = counting();
    await send(2);
    await testBed.drain();
    expect(testBed.events).toEqual([
      { type: 'worker-started', channels: ['default'] },
      { type: 'worker-stopped', processed: 2 },
    ]);
  });

  it.each<[string, WorkerOptions]>([
    ['Option "messagesLimit" of worker is 0', { messagesLimit: 0 }],
    ['Option "concurrency" of worker is 1.5', { concurrency: 1.5 }],
    ['Option "gracefulShutdownTime" of worker is "soon"', { gracefulShutdownTime: 'soon' }],
    ['worker has no option "limit"', { limit: 1 } as WorkerOptions],
  ])('refuses invalid options: %s', async (message, options) => {
    const { testBed } = counting();
    expect(() => testBed.worker(options)).toThrow(message);
    await expect(testBed.worker().run(options)).rejects.toThrow(message);
  });

  it('keeps its own options if the options of a run are undefined', async () => {
    const { testBed, send } = counting();
    await send(5);
    expect(await testBed.worker({ messagesLimit: 2 }).run({ messagesLimit: undefined })).toEqual({ processed: 2 });
  });

  it('refuses to run without an actor', async () => {
    const { testBed } = counting();
    const worker = new Worker(testBed.repid.producer, new Router([]));
    await expect(worker.run()).rejects.toThrow('The worker has no channels');
    expect(worker.state).toBe('idle');
  });

  it('ends when its broker is disconnected', async () => {
    const { testBed } = counting();
    const run = testBed.worker().run();
    await vi.waitFor(() => expect(testBed.eventsOf('worker-started')).toHaveLength(1), 10_000);
    await testBed.repid.disconnect();
    expect(await run).toEqual({ processed: 0 });
    expect(testBed.eventsOf('worker-stopping')).toMatchObject([{ reason: 'its broker was disconnected' }]);
  });
});
