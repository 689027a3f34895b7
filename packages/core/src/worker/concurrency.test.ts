import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

const stats = (testBed: TestBed, channel = 'default') => testBed.repid.channel(channel).stats();

/** An actor that holds each of its jobs until it is released. */
function holding(name: string, options: Partial<ActorOptions> = {}) {
  const latches = new Map<string, Latch>();
  const order: string[] = [];
  const attempts = new Set<number>();
  const actor = defineActor({ name, ...options }, async (_, { id, parameters }) => {
    order.push(id);
    attempts.add(parameters.retries.alreadyTried);
    const latch = new Latch();
    latches.set(id, latch);
    await latch.opened;
    latches.delete(id);
  });
  const release = (): void => latches.forEach((latch) => latch.open());
  return { actor, latches, order, attempts, release };
}

const ticks = async (): Promise<void> => {
  for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
};

/** Polls on each tick of the event loop, within the timeout of the test. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};

describe('An actor with a limit', () => {
  it('is shared by workers: none holds more of its messages than its limit', async () => {
    const { actor, latches, release, order } = holding('one', { concurrency: 1 });
    const testBed = new TestBed([actor]);
    const jobs = Array.from({ length: 40 }, (_, n) => testBed.repid.job('one', { id: `job-${n}` }));
    await testBed.repid.enqueue(jobs);
    const workers = [testBed.start(), testBed.start()];
    for (let ran = 2; ran <= 40; ran += 2) {
      await until(() => order.length === ran);
      await ticks();
      expect([latches.size, ...workers.map(({ inFlight }) => inFlight)]).toEqual([2, 1, 1]);
      release();
    }
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(order).toEqual(jobs.map(({ id }) => id));
  });

  it('does not slow down the actors of other channels', async () => {
    const { actor, latches, release } = holding('one', { concurrency: 1, channel: 'slow' });
    const testBed = new TestBed([actor, defineActor({ name: 'usual' }, () => {})]);
    await testBed.repid.enqueue([1, 2, 3].map(() => testBed.repid.job('one', { channel: 'slow' })));
    const usual = Array.from({ length: 300 }, () => testBed.repid.job('usual'));
    await testBed.repid.enqueue(usual);
    testBed.start({ gracefulShutdownTime: 1 });
    await Promise.all(usual.map((job) => job.waitForResult()));
    expect(latches.size).toBe(1);
    expect(await stats(testBed, 'slow')).toMatchObject({ queued: 2, running: 1, delayed: 0 });
    release();
  });

  it('starts its next job at once, even while its worker waits for other channels', async () => {
    const { actor, release, order } = holding('one', { concurrency: 1, channel: 'slow' });
    const testBed = new TestBed([actor, defineActor({ name: 'usual' }, () => {})]);
    const jobs = [1, 2, 3].map(() => testBed.repid.job('one', { channel: 'slow' }));
    await testBed.repid.enqueue(jobs);
    testBed.start();
    for (const [n] of jobs.entries()) {
      await until(() => order.length === n + 1);
      release();
    }
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(await stats(testBed, 'slow')).toMatchObject({ queued: 0, delayed: 0 });
  });

  it('does not block the other actors of its channel', async () => {
    const { actor, latches, release } = holding('one', { concurrency: 1 });
    const testBed = new TestBed([actor, defineActor({ name: 'usual' }, () => {})]);
    await testBed.repid.enqueue(Array.from({ length: 250 }, () => testBed.repid.job('one')));
    const usual = await testBed.repid.job('usual').enqueue();
    const worker = testBed.start({ concurrency: 10, gracefulShutdownTime: 1 });
    await usual.waitForResult();
    await until(() => worker.inFlight === 1);
    const { running, queued, delayed } = await stats(testBed);
    expect([latches.size, running, queued + delayed]).toEqual([1, 1, 249]);
    release();
  });

  it.each([1, 6, 8])('blocks no job behind job %d, which does not end after several short ones', async (at) => {
    const latch = new Latch();
    const one = defineActor({ name: 'one', concurrency: 1 }, async (_, { id }) => {
      if (id === `job-${at}`) await latch.opened;
    });
    const testBed = new TestBed([one, defineActor({ name: 'usual' }, () => {})]);
    const jobs = Array.from({ length: 12 }, (_, n) => testBed.repid.job('one', { id: `job-${n}` }));
    await testBed.repid.enqueue(jobs);
    const workers = [testBed.start({ concurrency: 3 }), testBed.start({ concurrency: 3 })];
    await testBed.clock.advance(10_000);
    expect(workers.map(({ inFlight }) => inFlight).toSorted()).toEqual([0, 1]);
    latch.open();
    await Promise.all(jobs.map((job) => job.waitForResult()));
  });

  it('gets returned jobs again, without a counted attempt or an event', async () => {
    const { actor, release, order, attempts } = holding('one', { concurrency: 2 });
    const testBed = new TestBed([actor, defineActor({ name: 'usual' }, () => {})]);
    const jobs = Array.from({ length: 12 }, (_, n) => testBed.repid.job('one', { id: `job-${n}`, retries: 1 }));
    await testBed.repid.enqueue(jobs);
    testBed.start();
    while (order.length < 12) {
      release();
      await testBed.clock.advance(100);
    }
    release();
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(order.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(attempts).toEqual(new Set([0]));
    expect(testBed.events.map(({ type }) => type)).toEqual(['worker-started']);
  });

  it('ends a burst only when all returned messages have run', async () => {
    let runs = 0;
    const one = defineActor({ name: 'one', concurrency: 1 }, async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
    const testBed = new TestBed([one, defineActor({ name: 'usual' }, () => {})]);
    for (let n = 0; n < 20; n += 1) await testBed.send(n % 5 === 0 ? 'usual' : 'one');
    expect(await testBed.drain()).toBe(20);
    expect(runs).toBe(16);
  });

  it('does not end a burst if a returned message becomes due after the last receive has looked for it', async () => {
    let runs = 0;
    const one = defineActor({ name: 'one', concurrency: 1 }, async () => {
      runs += 1;
      await new Promise(setImmediate);
    });
    const testBed = new TestBed([one, defineActor({ name: 'usual' }, () => {})]);
    const consume = testBed.broker.consume.bind(testBed.broker);
    vi.spyOn(testBed.broker, 'consume').mockImplementation(async (options) => {
      const consumer = await consume(options);
      const receive = consumer.receive.bind(consumer);
      consumer.receive = async (max, how) => {
        const received = await receive(max, how);
        if (received.length === 0) await testBed.clock.advance(1_000);
        return received;
      };
      return consumer;
    });
    for (let n = 0; n < 20; n += 1) await testBed.send(n % 5 === 0 ? 'usual' : 'one');
    expect(await testBed.drain()).toBe(20);
    expect(runs).toBe(16);
  });
});
