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
const POLL = { timeout: 15_000, interval: 10 };

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

/** A connection, its workers, and their events. */
class TestBed {
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

  eventsOf(type: RepidEvent['type']): RepidEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}

const never = (): Promise<never> => new Promise(() => {});

describe.each([
  ['in memory', inMemory],
  ['on Redis', onRedis],
])('A worker %s', (_, brokers) => {
  it('frees the slot of a run that timed out, and reports the run while it continues', async () => {
    const testBed = new TestBed(brokers);
    const runs: string[] = [];
    const hung = defineActor({ name: 'hung', concurrency: 1, timeout: 100 }, (_payload, { id }) => {
      runs.push(id);
      return id === 'last' ? 'done' : never();
    });
    const jobs = ['first', 'second', 'last'].map((id) => testBed.repid.job('hung', { id }));
    await testBed.repid.enqueue(jobs);
    const worker = testBed.start([hung], { concurrency: 1 });
    expect(await jobs[2]!.waitForResult()).toMatchObject({ data: 'done' });
    expect(runs).toEqual(['first', 'second', 'last']);
    expect(await jobs[0]!.result()).toMatchObject({ exception: 'TimeoutError: "hung" ran longer than 100 ms.' });
    await vi.waitFor(() => expect(testBed.eventsOf('signal-ignored').length).toBeGreaterThanOrEqual(2), POLL);
    expect(worker.inFlight).toBe(0);
  });

  // Random backoff decides how soon: mostly within 30 s.
  it('runs all messages of an actor with a limit, even if a worker without that actor receives them first', async () => {
    const testBed = new TestBed(brokers);
    const jobs = Array.from({ length: 24 }, () => testBed.repid.job('limited'));
    testBed.start([defineActor({ name: 'limited', concurrency: 1 }, () => sleep(2))]);
    testBed.start([defineActor({ name: 'other' }, () => {})]);
    await testBed.repid.enqueue(jobs);
    const results = await Promise.all(jobs.map((job) => job.waitForResult({ timeout: '90s' })));
    expect(results.every(({ success }) => success)).toBe(true);
  }, 100_000);

  it('fetches no more messages for an actor than its concurrency limit', async () => {
    const testBed = new TestBed(brokers);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const one = defineActor({ name: 'one', concurrency: 1 }, () => gate);
    const jobs = Array.from({ length: 40 }, () => testBed.repid.job('one'));
    await testBed.repid.enqueue(jobs);
    const workers = [testBed.start([one]), testBed.start([one])];
    await vi.waitFor(() => expect(workers.map(({ inFlight }) => inFlight)).toEqual([1, 1]), POLL);
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 38, running: 2 });
    release();
    await Promise.all(jobs.map((job) => job.waitForResult()));
  });

  it('runs other actors of the channel while messages wait for an actor with a limit', async () => {
    const testBed = new TestBed(brokers);
    const one = defineActor({ name: 'one', concurrency: 1 }, never);
    const usual = defineActor({ name: 'usual' }, () => 'done');
    await testBed.repid.enqueue(Array.from({ length: 30 }, () => testBed.repid.job('one')));
    const job = await testBed.repid.job('usual').enqueue();
    const worker = testBed.start([one, usual], { concurrency: 5 });
    expect(await job.waitForResult()).toMatchObject({ data: 'done' });
    await vi.waitFor(() => expect(worker.inFlight).toBe(1), POLL);
  });

  it('runs a message whose worker was lost alone, and then others', async () => {
    const testBed = new TestBed(brokers);
    await testBed.repid.connect();
    const suspect = await testBed.repid.job('work', { id: 'suspect' }).enqueue();
    const lost = await testBed.broker.consume({ channels: ['default'] });
    expect(await lost.receive(1, { wait: true })).toHaveLength(1);
    await lost.close();
    const running = new Set<string>();
    const concurrent = new Map<string, string[]>();
    const work = defineActor({ name: 'work' }, async (_payload, { id }) => {
      concurrent.set(id, [...running]);
      running.add(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running.delete(id);
    });
    testBed.start([work]);
    const others: { waitForResult(): Promise<unknown> }[] = [];
    while (!concurrent.has('suspect')) {
      others.push(await testBed.repid.job('work').enqueue());
      await new Promise(setImmediate);
    }
    for (let n = 0; n < 20; n += 1) others.push(await testBed.repid.job('work').enqueue());
    expect(await suspect.waitForResult()).toMatchObject({ success: true });
    await Promise.all(others.map((job) => job.waitForResult()));
    expect(concurrent.get('suspect')).toEqual([]);
    expect([...concurrent.values()].flat()).not.toContain('suspect');
  });

  it('dead-letters a message that kills its workers, with a result, and no other message', async () => {
    const testBed = new TestBed(brokers);
    await testBed.repid.connect();
    const poison = await testBed.repid.job('work', { id: 'poison' }).enqueue();
    for (const alone of [false, true, true]) {
      const lost = await testBed.broker.consume({ channels: ['default'] });
      const received = await vi.waitFor(async () => {
        const [delivery] = await lost.receive(1, { wait: false, alone });
        return delivery ?? Promise.reject(new Error('nothing yet'));
      }, POLL);
      if (alone) await lost.markStarted(received);
      await lost.close();
    }
    const others = Array.from({ length: 30 }, () => testBed.repid.job('work'));
    await testBed.repid.enqueue(others);
    testBed.start([defineActor({ name: 'work' }, () => 'done')]);
    const { exception } = await poison.waitForResult();
    expect(exception).toContain('TooManyDeliveriesError');
    for (const job of others) expect(await job.waitForResult()).toMatchObject({ success: true });
    const [letter, ...more] = await testBed.repid.channel('default').deadLetters();
    expect([letter!.reason.code, letter!.reason.attempts, more]).toEqual(['REPID_TOO_MANY_DELIVERIES', 3, []]);
  });

  it('requeues a message without an actor, reports it once, and dead-letters it after unroutedTimeout', async () => {
    const testBed = new TestBed(brokers);
    const jobs = [1, 2, 3].map(() => testBed.repid.job('other'));
    await testBed.repid.enqueue(jobs);
    const known = testBed.start([defineActor({ name: 'known' }, () => {})]);
    await vi.waitFor(() => expect(testBed.eventsOf('unrouted')).toHaveLength(1), POLL);
    const other = testBed.start([defineActor({ name: 'other' }, () => 'taken')]);
    for (const job of jobs) expect(await job.waitForResult()).toMatchObject({ data: 'taken' });
    // Which worker receives a message is random, and neither of these two would give it up within the test.
    await Promise.all([known.stop(), other.stop()]);
    const lost = await testBed.repid.job('nobody').enqueue();
    testBed.start([defineActor({ name: 'known' }, () => {})], { unroutedTimeout: 300 });
    expect((await lost.waitForResult()).exception).toContain('No actor takes topic "nobody"');
    expect(testBed.eventsOf('unrouted').length).toBeLessThanOrEqual(4);
  });

  it('starts no more messages of a paused channel', async () => {
    const testBed = new TestBed(brokers);
    const started: string[] = [];
    const work = defineActor({ name: 'work' }, (_payload, { id }) => void started.push(id));
    testBed.start([work], { concurrency: 50 });
    const before = Array.from({ length: 100 }, () => testBed.repid.job('work'));
    const enqueued = testBed.repid.enqueue(before);
    await testBed.repid.channel('default').pause();
    const count = started.length;
    await enqueued;
    await testBed.repid.enqueue(Array.from({ length: 100 }, () => testBed.repid.job('work')));
    await vi.waitFor(
      async () => expect(await testBed.repid.channel('default').stats()).toMatchObject({ running: 0 }),
      POLL,
    );
    expect(started).toHaveLength(count);
    await testBed.repid.channel('default').resume();
    await vi.waitFor(() => expect(started).toHaveLength(200), POLL);
    expect(new Set(started).size).toBe(200);
  });

  it('aborts the run of a cancelled job, and does not settle it', async () => {
    const testBed = new TestBed(brokers);
    const reasons: unknown[] = [];
    const work = defineActor({ name: 'work' }, async (_payload, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push((signal.reason as Error).name);
    });
    const job = await testBed.repid.job('work', { retries: 5 }).enqueue();
    const worker = testBed.start([work]);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'running' }), POLL);
    expect(await job.cancel()).toBe(true);
    await vi.waitFor(() => expect(worker.inFlight).toBe(0), POLL);
    expect(reasons).toEqual(['CancelledError']);
    expect(testBed.eventsOf('cancelled')).toHaveLength(1);
    expect(await job.status()).toEqual({ state: 'cancelled' });
    expect(await testBed.repid.channel('default').stats()).toMatchObject({ queued: 0, delayed: 0, running: 0 });
  });

  it('rejects a request immediately if its actor fails', async () => {
    const testBed = new TestBed(brokers);
    const work = defineActor({ name: 'work' }, () => {
      throw Object.assign(new Error('no such item'), { code: 'E_ITEM' });
    });
    testBed.start([work]);
    const request = testBed.repid.request({ channel: 'default', payload: 1, headers: { topic: 'work' } });
    await expect(request).rejects.toMatchObject({
      code: 'REPID_REQUEST_FAILED',
      reason: { code: 'E_ITEM', name: 'Error', message: 'no such item' },
    });
  });

  it('refuses calls after the end of a run, naming the call, and keeps the async context for earlier ones', async () => {
    const trace = new AsyncLocalStorage<string>();
    const contexts = new Map<string, string | undefined>();
    const recordContext: ProducerMiddleware = (messages, next) => {
      for (const { headers } of messages) contexts.set(headers['topic']!, trace.getStore());
      return next();
    };
    const traceRun: ActorMiddleware = ({ message }, next) => trace.run(message.id, next);
    const testBed = new TestBed(brokers, { producerMiddlewares: [recordContext] });
    let [late, open]: [unknown, () => void] = [undefined, () => {}];
    const opened = new Promise<void>((resolve) => (open = resolve));
    const first = defineActor({ name: 'first', middlewares: [traceRun] }, (_payload, msg) => {
      msg.enqueue(testBed.repid.job('second'));
      void opened.then(() => msg.enqueue(testBed.repid.job('third'))).catch((error: unknown) => (late = error));
    });
    testBed.start([first, defineActor({ name: 'second' }, () => 'done')]);
    const job = await testBed.repid.job('first', { id: 'the-first' }).enqueue();
    await job.waitForResult();
    open();
    await vi.waitFor(() => expect(late).toMatchObject({ code: 'REPID_RUN_ENDED', call: 'msg.enqueue()' }), POLL);
    expect([...contexts]).toEqual([
      ['first', undefined],
      ['second', 'the-first'],
    ]);
    expect(testBed.eventsOf('refused')).toHaveLength(1);
  });

  it('dead-letters a single run of a recurring job with its arguments, without its schedule', async () => {
    const testBed = new TestBed(brokers);
    let runs = 0;
    const tick = defineActor<{ n: number }>({ name: 'tick' }, ({ n }) => {
      runs += 1;
      if (runs === 1) throw new Error('broken');
      return n;
    });
    const job = await testBed.repid.job('tick', { id: 'tick', args: { n: 7 }, deferredBy: 300 }).enqueue();
    testBed.start([tick]);
    const channel = testBed.repid.channel('default');
    await vi.waitFor(async () => expect(await channel.deadLetters()).toHaveLength(1), POLL);
    const [letter] = await channel.deadLetters();
    expect(letter!.message.headers).not.toHaveProperty('repid-every');
    await vi.waitFor(async () => expect(await job.result()).toMatchObject({ success: true, data: 7 }), POLL);
    await job.cancel();
    await channel.replayDeadLetters();
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'succeeded' }), POLL);
    expect(await job.result()).toMatchObject({ data: 7 });
    expect(await channel.stats()).toMatchObject({ delayed: 0, queued: 0, running: 0 });
  });
});
