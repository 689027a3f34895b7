import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Actor,
  type ActorMiddleware,
  defineActor,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
  type ProducerMiddleware,
  Repid,
  type RepidEvent,
  type RepidOptions,
  Router,
  Worker,
  type WorkerOptions,
} from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startRedis, type TestRedis } from './support/redis-server.js';

const OWNERSHIP_TIME = 1_000;
const PATIENTLY = { timeout: 15_000, interval: 10 };

type Brokers = () => Pick<RepidOptions, 'messageBroker' | 'argsBucketBroker' | 'resultsBucketBroker'>;

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const limits = { ownershipTime: OWNERSHIP_TIME, maxDeliveries: 2 };

const inMemory: Brokers = () => {
  const buckets = new InMemoryBucketBroker();
  const messageBroker = new InMemoryMessageBroker({ ...limits, clock: buckets.clock });
  return { messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets };
};

const onRedis: Brokers = () => {
  const prefix = server.uniquePrefix();
  const buckets = new RedisBucketBroker(server.url, { prefix });
  return {
    messageBroker: new RedisMessageBroker(server.url, { prefix, ...limits }),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  };
};

/** A connection, its workers, and what they tell. */
class Plant {
  readonly repid: Repid;
  readonly broker: MessageBroker;
  readonly events: RepidEvent[] = [];
  private readonly workers: Worker[] = [];

  constructor(brokers: Brokers, options: RepidOptions = {}) {
    const made = brokers();
    this.broker = made.messageBroker!;
    this.repid = new Repid({ ...made, onEvent: (event) => this.events.push(event), ...options });
    onTestFinished(async () => {
      await Promise.all(this.workers.map((worker) => worker.stop()));
      await this.repid.disconnect();
    });
  }

  start(actors: readonly Actor[], options: WorkerOptions = {}): Worker {
    const worker = new Worker(this.repid.producer, new Router(actors), {
      handleSignals: [],
      gracefulShutdownTime: 1,
      ...options,
    });
    this.workers.push(worker);
    void worker.run();
    return worker;
  }

  told(type: RepidEvent['type']): RepidEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}

const never = (): Promise<never> => new Promise(() => {});

describe.each([
  ['in memory', inMemory],
  ['on Redis', onRedis],
])('A worker %s', (_, brokers) => {
  it('frees the slot of a run that has timed out, and reports it while it goes on', async () => {
    const plant = new Plant(brokers);
    const runs: string[] = [];
    const hung = defineActor({ name: 'hung', concurrency: 1, timeout: 100 }, (_payload, { id }) => {
      runs.push(id);
      return id === 'last' ? 'done' : never();
    });
    const jobs = ['first', 'second', 'last'].map((id) => plant.repid.job('hung', { id }));
    await plant.repid.enqueue(jobs);
    const worker = plant.start([hung], { concurrency: 1 });
    expect(await jobs[2]!.waitForResult()).toMatchObject({ data: 'done' });
    expect(runs).toEqual(['first', 'second', 'last']);
    expect(await jobs[0]!.result()).toMatchObject({ exception: 'TimeoutError: "hung" ran longer than 100 ms.' });
    await vi.waitFor(() => expect(plant.told('signal-ignored').length).toBeGreaterThanOrEqual(2), PATIENTLY);
    expect(worker.inFlight).toBe(0);
  });

  it('runs all messages of an actor with a limit, though another worker without that actor looks at them first', async () => {
    const plant = new Plant(brokers);
    const jobs = Array.from({ length: 16 }, () => plant.repid.job('limited'));
    plant.start([defineActor({ name: 'limited', concurrency: 1 }, () => sleep(2))]);
    plant.start([defineActor({ name: 'other' }, () => {})]);
    await plant.repid.enqueue(jobs);
    const results = await Promise.all(jobs.map((job) => job.waitForResult({ timeout: '20s' })));
    expect(results.every(({ success }) => success)).toBe(true);
  }, 30_000);

  it('holds no more messages of an actor than that may run', async () => {
    const plant = new Plant(brokers);
    let letGo = (): void => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const one = defineActor({ name: 'one', concurrency: 1 }, () => gate);
    const jobs = Array.from({ length: 40 }, () => plant.repid.job('one'));
    await plant.repid.enqueue(jobs);
    const workers = [plant.start([one]), plant.start([one])];
    await vi.waitFor(() => expect(workers.map(({ inFlight }) => inFlight)).toEqual([1, 1]), PATIENTLY);
    expect(await plant.repid.channel('default').stats()).toMatchObject({ queued: 38, running: 2 });
    letGo();
    await Promise.all(jobs.map((job) => job.waitForResult()));
  });

  it('lets other actors of the channel run past those that wait for a limited one', async () => {
    const plant = new Plant(brokers);
    const one = defineActor({ name: 'one', concurrency: 1 }, never);
    const usual = defineActor({ name: 'usual' }, () => 'done');
    await plant.repid.enqueue(Array.from({ length: 30 }, () => plant.repid.job('one')));
    const job = await plant.repid.job('usual').enqueue();
    const worker = plant.start([one, usual], { concurrency: 5 });
    expect(await job.waitForResult()).toMatchObject({ data: 'done' });
    await vi.waitFor(() => expect(worker.inFlight).toBe(1), PATIENTLY);
  });

  it('runs a message alone that has lost its worker, and others after it', async () => {
    const plant = new Plant(brokers);
    await plant.repid.connect();
    const suspect = await plant.repid.job('work', { id: 'suspect' }).enqueue();
    const lost = await plant.broker.consume({ channels: ['default'] });
    expect(await lost.receive(1, { wait: true })).toHaveLength(1);
    await lost.close();
    const running = new Set<string>();
    const beside = new Map<string, string[]>();
    const work = defineActor({ name: 'work' }, async (_payload, { id }) => {
      beside.set(id, [...running]);
      running.add(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running.delete(id);
    });
    plant.start([work]);
    const others: { waitForResult(): Promise<unknown> }[] = [];
    while (!beside.has('suspect')) {
      others.push(await plant.repid.job('work').enqueue());
      await new Promise(setImmediate);
    }
    for (let n = 0; n < 20; n += 1) others.push(await plant.repid.job('work').enqueue());
    expect(await suspect.waitForResult()).toMatchObject({ success: true });
    await Promise.all(others.map((job) => job.waitForResult()));
    expect(beside.get('suspect')).toEqual([]);
    expect([...beside.values()].flat()).not.toContain('suspect');
  });

  it('gives up what kills its workers, with a result, and none of those that were there', async () => {
    const plant = new Plant(brokers);
    await plant.repid.connect();
    const poison = await plant.repid.job('work', { id: 'poison' }).enqueue();
    for (const alone of [false, true]) {
      const lost = await plant.broker.consume({ channels: ['default'] });
      await vi.waitFor(async () => {
        expect(await lost.receive(1, { wait: false, alone })).toHaveLength(1);
      }, PATIENTLY);
      await lost.close();
    }
    const innocents = Array.from({ length: 30 }, () => plant.repid.job('work'));
    await plant.repid.enqueue(innocents);
    plant.start([defineActor({ name: 'work' }, () => 'done')]);
    const { exception } = await poison.waitForResult();
    expect(exception).toContain('TooManyDeliveriesError');
    for (const job of innocents) expect(await job.waitForResult()).toMatchObject({ success: true });
    const [letter, ...more] = await plant.repid.channel('default').deadLetters();
    expect([letter!.reason.code, letter!.reason.attempts, more]).toEqual(['REPID_TOO_MANY_DELIVERIES', 2, []]);
  });

  it('gives a message back that it has no actor for, tells once, and gives it up by its age', async () => {
    const plant = new Plant(brokers);
    const jobs = [1, 2, 3].map(() => plant.repid.job('other'));
    await plant.repid.enqueue(jobs);
    plant.start([defineActor({ name: 'known' }, () => {})]);
    await vi.waitFor(() => expect(plant.told('unrouted')).toHaveLength(1), PATIENTLY);
    plant.start([defineActor({ name: 'other' }, () => 'taken')]);
    for (const job of jobs) expect(await job.waitForResult()).toMatchObject({ data: 'taken' });
    const lost = await plant.repid.job('nobody').enqueue();
    plant.start([defineActor({ name: 'known' }, () => {})], { unroutedTimeout: 300 });
    expect((await lost.waitForResult()).exception).toContain('No actor takes topic "nobody"');
    expect(plant.told('unrouted').length).toBeLessThanOrEqual(4);
  });

  it('begins nothing more of a channel that is paused', async () => {
    const plant = new Plant(brokers);
    const begun: string[] = [];
    const work = defineActor({ name: 'work' }, (_payload, { id }) => void begun.push(id));
    plant.start([work], { concurrency: 50 });
    const before = Array.from({ length: 100 }, () => plant.repid.job('work'));
    const enqueued = plant.repid.enqueue(before);
    await plant.repid.channel('default').pause();
    const count = begun.length;
    await enqueued;
    await plant.repid.enqueue(Array.from({ length: 100 }, () => plant.repid.job('work')));
    await vi.waitFor(
      async () => expect(await plant.repid.channel('default').stats()).toMatchObject({ running: 0 }),
      PATIENTLY,
    );
    expect(begun).toHaveLength(count);
    await plant.repid.channel('default').resume();
    await vi.waitFor(() => expect(begun).toHaveLength(200), PATIENTLY);
    expect(new Set(begun).size).toBe(200);
  });

  it('calls off a job that is cancelled, and settles nothing of it', async () => {
    const plant = new Plant(brokers);
    const reasons: unknown[] = [];
    const work = defineActor({ name: 'work' }, async (_payload, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push((signal.reason as Error).name);
    });
    const job = await plant.repid.job('work', { retries: 5 }).enqueue();
    const worker = plant.start([work]);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'running' }), PATIENTLY);
    expect(await job.cancel()).toBe(true);
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), PATIENTLY);
    expect(reasons).toEqual(['CancelledError']);
    expect(plant.told('cancelled')).toHaveLength(1);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await plant.repid.channel('default').stats()).toMatchObject({ queued: 0, delayed: 0, running: 0 });
  });

  it('tells who asks at once that the actor has failed', async () => {
    const plant = new Plant(brokers);
    const work = defineActor({ name: 'work' }, () => {
      throw Object.assign(new Error('no such item'), { code: 'E_ITEM' });
    });
    plant.start([work]);
    const request = plant.repid.request({ channel: 'default', payload: 1, headers: { topic: 'work' } });
    await expect(request).rejects.toMatchObject({
      code: 'REPID_REQUEST_FAILED',
      reason: { code: 'E_ITEM', name: 'Error', message: 'no such item' },
    });
  });

  it('refuses by name what a run sends after its end, and gives its context to what it sends before', async () => {
    const trace = new AsyncLocalStorage<string>();
    const contexts = new Map<string, string | undefined>();
    const noting: ProducerMiddleware = (messages, next) => {
      for (const { headers } of messages) contexts.set(headers['topic']!, trace.getStore());
      return next();
    };
    const tracing: ActorMiddleware = ({ message }, next) => trace.run(message.id, next);
    const plant = new Plant(brokers, { producerMiddlewares: [noting] });
    let [late, open]: [unknown, () => void] = [undefined, () => {}];
    const opened = new Promise<void>((resolve) => (open = resolve));
    const first = defineActor({ name: 'first', middlewares: [tracing] }, (_payload, msg) => {
      msg.enqueue(plant.repid.job('second'));
      void opened.then(() => msg.enqueue(plant.repid.job('third'))).catch((error: unknown) => (late = error));
    });
    plant.start([first, defineActor({ name: 'second' }, () => 'done')]);
    const job = await plant.repid.job('first', { id: 'the-first' }).enqueue();
    await job.waitForResult();
    open();
    await vi.waitFor(() => expect(late).toMatchObject({ code: 'REPID_RUN_ENDED', call: 'msg.enqueue()' }), PATIENTLY);
    expect([...contexts]).toEqual([
      ['first', undefined],
      ['second', 'the-first'],
    ]);
    expect(plant.told('refused')).toHaveLength(1);
  });

  it('leaves a letter of a recurring job that is one run, not its schedule, and has its arguments', async () => {
    const plant = new Plant(brokers);
    let runs = 0;
    const tick = defineActor<{ n: number }>({ name: 'tick' }, ({ n }) => {
      runs += 1;
      if (runs === 1) throw new Error('broken');
      return n;
    });
    const job = await plant.repid.job('tick', { id: 'tick', args: { n: 7 }, deferredBy: 300 }).enqueue();
    plant.start([tick]);
    const channel = plant.repid.channel('default');
    await vi.waitFor(async () => expect(await channel.deadLetters()).toHaveLength(1), PATIENTLY);
    const [letter] = await channel.deadLetters();
    expect(letter!.message.headers).not.toHaveProperty('repid-every');
    await vi.waitFor(async () => expect(await job.result()).toMatchObject({ success: true, data: 7 }), PATIENTLY);
    await job.cancel();
    await channel.replayDeadLetters();
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'succeeded' }), PATIENTLY);
    expect(await job.result()).toMatchObject({ data: 7 });
    expect(await channel.stats()).toMatchObject({ delayed: 0, queued: 0, running: 0 });
  });
});
