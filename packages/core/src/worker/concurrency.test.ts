import { describe, expect, it } from 'vitest';
import { defineActor, type ActorOptions } from '../actor/index.js';
import { Gate, Workshop } from './testing/workshop.test-support.js';

const stats = (workshop: Workshop, channel = 'default') => workshop.repid.channel(channel).stats();

/** An actor that holds each of its jobs until it is let go. */
function holding(name: string, options: Partial<ActorOptions> = {}) {
  const gates = new Map<string, Gate>();
  const order: string[] = [];
  const attempts = new Set<number>();
  const actor = defineActor({ name, ...options }, async (_, { id, parameters }) => {
    order.push(id);
    attempts.add(parameters.retries.alreadyTried);
    const gate = new Gate();
    gates.set(id, gate);
    await gate.opened;
    gates.delete(id);
  });
  const letGo = (): void => gates.forEach((gate) => gate.open());
  return { actor, gates, order, attempts, letGo };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

/** Awaits it for as long as the test may take, without a pause in between. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};

describe('An actor with a limit', () => {
  it('is shared by workers: none holds more of its messages than it may run', async () => {
    const { actor, gates, letGo, order } = holding('one', { concurrency: 1 });
    const workshop = new Workshop([actor]);
    const jobs = Array.from({ length: 40 }, (_, n) => workshop.repid.job('one', { id: `job-${n}` }));
    await workshop.repid.enqueue(jobs);
    const workers = [workshop.start(), workshop.start()];
    for (let ran = 2; ran <= 40; ran += 2) {
      await until(() => order.length === ran);
      await turns();
      expect([gates.size, ...workers.map(({ inFlight }) => inFlight)]).toEqual([2, 1, 1]);
      letGo();
    }
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(order).toEqual(jobs.map(({ id }) => id));
  });

  it('does not slow down the actors of other channels', async () => {
    const { actor, gates, letGo } = holding('one', { concurrency: 1, channel: 'slow' });
    const workshop = new Workshop([actor, defineActor({ name: 'usual' }, () => {})]);
    await workshop.repid.enqueue([1, 2, 3].map(() => workshop.repid.job('one', { channel: 'slow' })));
    const usual = Array.from({ length: 300 }, () => workshop.repid.job('usual'));
    await workshop.repid.enqueue(usual);
    workshop.start({ gracefulShutdownTime: 1 });
    await Promise.all(usual.map((job) => job.waitForResult()));
    expect(gates.size).toBe(1);
    expect(await stats(workshop, 'slow')).toMatchObject({ queued: 2, running: 1, delayed: 0 });
    letGo();
  });

  it('goes on as soon as it may, though its worker waits for other channels', async () => {
    const { actor, letGo, order } = holding('one', { concurrency: 1, channel: 'slow' });
    const workshop = new Workshop([actor, defineActor({ name: 'usual' }, () => {})]);
    const jobs = [1, 2, 3].map(() => workshop.repid.job('one', { channel: 'slow' }));
    await workshop.repid.enqueue(jobs);
    workshop.start();
    for (const [n] of jobs.entries()) {
      await until(() => order.length === n + 1);
      letGo();
    }
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(await stats(workshop, 'slow')).toMatchObject({ queued: 0, delayed: 0 });
  });

  it('lets other actors of its channel run, whatever waits for it there', async () => {
    const { actor, gates, letGo } = holding('one', { concurrency: 1 });
    const workshop = new Workshop([actor, defineActor({ name: 'usual' }, () => {})]);
    await workshop.repid.enqueue(Array.from({ length: 250 }, () => workshop.repid.job('one')));
    const usual = await workshop.repid.job('usual').enqueue();
    const worker = workshop.start({ concurrency: 10, gracefulShutdownTime: 1 });
    await usual.waitForResult();
    await until(() => worker.inFlight === 1);
    const { running, queued, delayed } = await stats(workshop);
    expect([gates.size, running, queued + delayed]).toEqual([1, 1, 249]);
    letGo();
  });

  it.each([1, 6, 8])(
    'keeps nothing waiting behind job %d, which does not end, though those before it were short',
    async (at) => {
      const gate = new Gate();
      const one = defineActor({ name: 'one', concurrency: 1 }, async (_, { id }) => {
        if (id === `job-${at}`) await gate.opened;
      });
      const workshop = new Workshop([one, defineActor({ name: 'usual' }, () => {})]);
      const jobs = Array.from({ length: 12 }, (_, n) => workshop.repid.job('one', { id: `job-${n}` }));
      await workshop.repid.enqueue(jobs);
      const workers = [workshop.start({ concurrency: 3 }), workshop.start({ concurrency: 3 })];
      await workshop.clock.advance(10_000);
      expect(workers.map(({ inFlight }) => inFlight).toSorted()).toEqual([0, 1]);
      gate.open();
      await Promise.all(jobs.map((job) => job.waitForResult()));
    },
  );

  it('gets what was given back because of it, uncounted and without a warning', async () => {
    const { actor, letGo, order, attempts } = holding('one', { concurrency: 2 });
    const workshop = new Workshop([actor, defineActor({ name: 'usual' }, () => {})]);
    const jobs = Array.from({ length: 12 }, (_, n) => workshop.repid.job('one', { id: `job-${n}`, retries: 1 }));
    await workshop.repid.enqueue(jobs);
    workshop.start();
    while (order.length < 12) {
      letGo();
      await workshop.clock.advance(100);
    }
    letGo();
    await Promise.all(jobs.map((job) => job.waitForResult()));
    expect(order.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(attempts).toEqual(new Set([0]));
    expect(workshop.events.map(({ type }) => type)).toEqual(['worker-started']);
  });

  it('ends its burst only when what was given back has run, too', async () => {
    let runs = 0;
    const one = defineActor({ name: 'one', concurrency: 1 }, async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
    const workshop = new Workshop([one, defineActor({ name: 'usual' }, () => {})]);
    for (let n = 0; n < 20; n += 1) await workshop.send(n % 5 === 0 ? 'usual' : 'one');
    expect(await workshop.drain()).toBe(20);
    expect(runs).toBe(16);
  });
});
