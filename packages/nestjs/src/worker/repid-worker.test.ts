import { setTimeout as sleep } from 'node:timers/promises';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type BeforeApplicationShutdown,
  Module,
  Global,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it, vi } from 'vitest';
import {
  Actor,
  getMessageBrokerToken,
  InMemoryMessageBroker,
  MessageDependency,
  Repid,
  RepidModule,
  RepidWorker,
  type RepidModuleOptions,
} from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';

const SILENT = { log: () => {}, error: () => {}, warn: () => {}, debug: () => {} };

class Sleeper {
  static started = 0;
  static done = 0;
  @Actor()
  async sleep({ ms }: { ms: number }): Promise<void> {
    Sleeper.started += 1;
    await sleep(ms);
    Sleeper.done += 1;
  }
}

function reset(): void {
  Sleeper.started = 0;
  Sleeper.done = 0;
}

it('runs until a limit is reached, again and again', async () => {
  reset();
  const app = await startApp({ providers: [Sleeper] });
  const worker = app.get(RepidWorker);
  const jobs = [1, 2, 3].map(() => app.get(Repid).job('sleep', { args: { ms: 0 } }));
  await app.get(Repid).enqueue(jobs);
  expect(await worker.run({ messagesLimit: 2 })).toEqual({ processed: 2 });
  expect(worker.state).toBe('idle');
  expect(await worker.run({ burst: true })).toEqual({ processed: 1 });
});

it('pauses, resumes and stops', async () => {
  reset();
  const app = await startApp({ providers: [Sleeper] });
  const worker = app.get(RepidWorker);
  const running = worker.run({ handleSignals: [] });
  expect(worker.state).toBe('running');
  await worker.pause();
  expect(worker.state).toBe('paused');
  const job = await app
    .get(Repid)
    .job('sleep', { args: { ms: 200 } })
    .enqueue();
  await sleep(20);
  expect(Sleeper.started).toBe(0);
  await worker.resume();
  await vi.waitFor(() => expect(Sleeper.started).toBe(1), 10_000);
  await worker.stop();
  expect(await running).toEqual({ processed: 1 });
  expect((await job.result())?.success).toBe(true);
});

it('takes its defaults from the module', async () => {
  reset();
  const app = await startApp({ providers: [Sleeper] }, { worker: { burst: true, concurrency: 1 } });
  await app
    .get(Repid)
    .job('sleep', { args: { ms: 0 } })
    .enqueue();
  expect(await app.get(RepidWorker).run()).toEqual({ processed: 1 });
});

it('refuses to run before the application has started', async () => {
  @Injectable()
  class Hasty implements OnModuleInit {
    constructor(private readonly worker: RepidWorker) {}
    async onModuleInit(): Promise<void> {
      await this.worker.run({ burst: true });
    }
  }
  await expect(startApp({ providers: [Sleeper, Hasty] })).rejects.toMatchObject({ code: 'REPID_WORKER_NOT_READY' });
});

it('may be run from onApplicationBootstrap on', async () => {
  @Injectable()
  class Patient implements OnApplicationBootstrap {
    processed = -1;
    constructor(private readonly worker: RepidWorker) {}
    async onApplicationBootstrap(): Promise<void> {
      this.processed = (await this.worker.run({ burst: true })).processed;
    }
  }
  const app = await startApp({ providers: [Sleeper, Patient] });
  expect(app.get(Patient).processed).toBe(0);
});

it('refuses to run twice at once, and without actors', async () => {
  const app = await startApp({ providers: [Sleeper] });
  const worker = app.get(RepidWorker);
  const running = worker.run({ handleSignals: [] });
  await expect(worker.run()).rejects.toMatchObject({ code: 'REPID_INVALID_OPTION' });
  await worker.stop();
  await running;
  await expect((await startApp({})).get(RepidWorker).run()).rejects.toThrow('no actor is known');
});

it('runs by itself with autorun, and leaves the signals of the process alone', async () => {
  reset();
  const listeners = process.listenerCount('SIGTERM');
  const app = await startApp({ providers: [Sleeper] }, { worker: { autorun: true } });
  expect(process.listenerCount('SIGTERM')).toBe(listeners);
  const job = await app
    .get(Repid)
    .job('sleep', { args: { ms: 0 } })
    .enqueue();
  expect((await job.waitForResult({ timeout: '5s' })).success).toBe(true);
  expect(app.get(RepidWorker).state).toBe('running');
});

it('does not run by itself where no actor is known, and says so', async () => {
  const app = await startApp({}, { worker: { autorun: true } });
  expect(app.get(RepidWorker).state).toBe('idle');
});

it('starts with autorun when everything that the root module imports has started', async () => {
  const order: string[] = [];
  @Global()
  @Module({})
  class DatabaseModule implements OnApplicationBootstrap, OnModuleDestroy {
    async onApplicationBootstrap(): Promise<void> {
      await sleep(30);
      order.push('database is ready');
    }
    onModuleDestroy(): void {
      order.push('database is gone');
    }
  }
  class Reporter {
    @Actor()
    async report(): Promise<void> {
      order.push('actor started');
      await sleep(50);
      order.push('actor done');
    }
  }
  const broker = new InMemoryMessageBroker();
  await broker.connect();
  await broker.publish([{ channel: 'default', payload: new Uint8Array(), headers: { topic: 'report' } }]);
  const options: RepidModuleOptions = { messageBroker: broker, worker: { autorun: true } };
  const module = Test.createTestingModule({
    imports: [RepidModule.forRoot(options), DatabaseModule],
    providers: [Reporter],
  });
  const app = await (await module.setLogger(SILENT).compile()).init();
  await vi.waitFor(() => expect(order).toContain('actor started'), 10_000);
  await app.close();
  expect(order).toEqual(['database is ready', 'actor started', 'actor done', 'database is gone']);
});

it('lets running actors end when the application closes, and disconnects the brokers last', async () => {
  reset();
  const order: string[] = [];
  class Watched extends InMemoryMessageBroker {
    override async disconnect(): Promise<void> {
      order.push(`disconnected with ${Sleeper.done} done`);
      await super.disconnect();
    }
  }
  @Injectable()
  class Late implements BeforeApplicationShutdown {
    constructor(private readonly repid: Repid) {}
    async beforeApplicationShutdown(): Promise<void> {
      await this.repid.sendMessageJson({ channel: 'default', payload: 'still connected' });
      order.push('sent');
    }
  }
  const imports = [RepidModule.forRoot({ messageBroker: new Watched(), worker: { autorun: true } })];
  const module = Test.createTestingModule({ imports, providers: [Sleeper, Late] });
  const app = await (await module.setLogger(SILENT).compile()).init();
  await app
    .get(Repid)
    .job('sleep', { args: { ms: 60 } })
    .enqueue();
  await vi.waitFor(() => expect(Sleeper.started).toBe(1), 10_000);
  await app.close();
  expect(order).toEqual(['sent', 'disconnected with 1 done']);
});

it('signals what does not end in time and gives it back', async () => {
  let reason: unknown;
  class Stubborn {
    @Actor()
    async wait(@MessageDependency() msg: MessageDependency): Promise<void> {
      await new Promise<void>((_resolve, reject) =>
        msg.signal.addEventListener('abort', () => reject((reason = msg.signal.reason) as Error)),
      );
    }
  }
  const broker = new InMemoryMessageBroker();
  const options: RepidModuleOptions = { messageBroker: broker, worker: { autorun: true, gracefulShutdownTime: 30 } };
  const module = Test.createTestingModule({ imports: [RepidModule.forRoot(options)], providers: [Stubborn] });
  const app = await (await module.setLogger(SILENT).compile()).init();
  await app.get(Repid).job('wait').enqueue();
  await vi.waitFor(() => expect(app.get(RepidWorker).inFlight).toBe(1), 10_000);
  await app.close();
  expect(reason).toMatchObject({ name: 'WorkerShutdownError' });
  await broker.connect();
  expect(await broker.channels.stats('default')).toMatchObject({ queued: 1, running: 0 });
});

it('stops a worker that was run by hand when the application closes', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot()], providers: [Sleeper] });
  const running = app.get(RepidWorker).run();
  await app.close();
  expect(await running).toEqual({ processed: 0 });
});

it('fails the start where the broker is away and the worker is to run by itself', async () => {
  class Away extends InMemoryMessageBroker {
    override async connect(): Promise<void> {
      throw new Error('nobody there');
    }
  }
  const start = startModule({
    imports: [RepidModule.forRoot({ messageBroker: new Away(), worker: { autorun: true } })],
    providers: [Sleeper],
  });
  await expect(start).rejects.toThrow('nobody there');
});

it('lets two applications on one broker share the work, actors of the same name and all', async () => {
  reset();
  const messageBroker = new InMemoryMessageBroker();
  const apps = await Promise.all(
    [1, 2].map(() =>
      startModule({
        imports: [RepidModule.forRoot({ messageBroker, worker: { autorun: true, concurrency: 1 } })],
        providers: [Sleeper],
      }),
    ),
  );
  const [repid] = apps.map((app) => app.get(Repid));
  await repid?.enqueue([1, 2].map(() => repid.job('sleep', { args: { ms: 50 } })));
  await vi.waitFor(() => expect(apps.map((app) => app.get(RepidWorker).inFlight)).toEqual([1, 1]), 10_000);
  expect(apps[0]?.get(getMessageBrokerToken())).toBe(messageBroker);
});
