import { describe, expect, it, vi } from 'vitest';
import { defineActor } from '../actor/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { Router } from '../router/index.js';
import { Gate, Workshop } from './testing/workshop.test-support.js';
import { Worker, type WorkerOptions } from './index.js';

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

  it('counts no message that it has lost', async () => {
    let runs = 0;
    const actor = defineActor({ name: 'work' }, async () => {
      runs += 1;
      if (runs === 1) await workshop.repid.channel('default').delete();
    });
    const workshop: Workshop = new Workshop([actor]);
    await workshop.send('work');
    const run = workshop.worker().run({ messagesLimit: 2 });
    await vi.waitFor(() => expect(workshop.told('ownership-lost')).toHaveLength(1), 10_000);
    for (let n = 0; n < 3; n += 1) await workshop.send('work');
    expect(await run).toEqual({ processed: 2 });
    expect(runs).toBe(3);
  });

  it('does not run what was cancelled while it waited for its actor to be free', async () => {
    const [started, gate] = [new Gate(), new Gate()];
    const runs: string[] = [];
    const actor = defineActor({ name: 'one', concurrency: 1 }, async (_, { id }) => {
      runs.push(id);
      started.open();
      await gate.opened;
    });
    const workshop = new Workshop([actor]);
    const jobs = ['a', 'b', 'c'].map((id) => workshop.repid.job('one', { id }));
    await workshop.repid.enqueue(jobs);
    workshop.start();
    await started.opened;
    expect(await jobs[1]!.cancel()).toBe(true);
    expect(await jobs[1]!.waitForResult()).toMatchObject({ cancelled: true });
    await workshop.clock.advance(5_000);
    gate.open();
    await jobs[2]!.waitForResult();
    expect(runs).toEqual(['a', 'c']);
    expect(workshop.told('signal-ignored')).toEqual([]);
  });

  it('keeps the process alive while it works, and no longer', async () => {
    const [set, clear] = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'clearInterval')];
    const { workshop, send } = counting();
    await send(1);
    await workshop.drain();
    const kept = set.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(kept.map((interval) => interval.hasRef())).toEqual([true]);
    expect(clear.mock.calls).toEqual([[kept[0]]]);
    vi.restoreAllMocks();
  });

  it('in a burst ends when nothing is due', async () => {
    const { workshop, count, send } = counting();
    await send(2_500);
    await workshop.repid.job('count', { deferredUntil: new Date(workshop.clock.now() + 3_600_000) }).enqueue();
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
    await send(1);
    await vi.waitFor(() => expect(count.runs).toBe(1), 10_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    await worker.pause();
    expect(worker.state).toBe('paused');
    await send(3);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(count.runs).toBe(1);
    await worker.resume();
    await vi.waitFor(() => expect(count.runs).toBe(4), 10_000);
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
    await vi.waitFor(() => expect(workshop.told('worker-started')).toHaveLength(1), 10_000);
    await workshop.repid.disconnect();
    expect(await run).toEqual({ processed: 0 });
    expect(workshop.told('worker-stopping')).toMatchObject([{ reason: 'its broker was disconnected' }]);
  });
});
