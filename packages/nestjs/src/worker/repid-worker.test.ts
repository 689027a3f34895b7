import { setTimeout as sleep } from 'node:timers/promises';
import {
  type INestApplicationContext,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type BeforeApplicationShutdown,
  Module,
  Global,
  type Type,
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

/** Its actor runs until `release()` is called. */
class Holder {
  started = 0;
  done = 0;
  release = (): void => {};
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  @Actor()
  async hold(): Promise<void> {
    this.started += 1;
    await this.released;
    this.done += 1;
  }
}

class Greeter {
  @Actor()
  greet(): string {
    return 'Hello!';
  }
}

/** Awaits a condition that stays true once it is reached. */
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 15_000, interval: 5 });

/** Closes the application, and releases the holder's actor once the worker is stopping. */
async function closeWhileHeld(app: INestApplicationContext, holder: Type<Holder>): Promise<void> {
  const closed = app.close();
  await until(() => expect(app.get(RepidWorker).state).toBe('stopping'));
  app.get(holder).release();
  await closed;
}

it('runs until a limit is reached, again and again', async () => {
  const app = await startApp({ providers: [Greeter] });
  const worker = app.get(RepidWorker);
  const jobs = [1, 2, 3].map(() => app.get(Repid).job('greet'));
  await app.get(Repid).enqueue(jobs);
  expect(await worker.run({ messagesLimit: 2 })).toEqual({ processed: 2 });
  expect(worker.state).toBe('idle');
  expect(await worker.run({ burst: true })).toEqual({ processed: 1 });
});

it('pauses, resumes and stops', async () => {
  const app = await startApp({ providers: [Holder] });
  const [worker, holder, repid] = [app.get(RepidWorker), app.get(Holder), app.get(Repid)];
  const running = worker.run({ handleSignals: [] });
  expect(worker.state).toBe('running');
  await worker.pause();
  expect(worker.state).toBe('paused');
  const job = await repid.job('hold').enqueue();
  expect(await repid.channel('default').stats()).toMatchObject({ queued: 1, running: 0 });
  await worker.resume();
  await until(() => expect(holder.started).toBe(1));
  const stopped = worker.stop();
  expect(worker.state).toBe('stopping');
  holder.release();
  await stopped;
  expect(await running).toEqual({ processed: 1 });
  expect((await job.result())?.success).toBe(true);
});

it('takes its defaults from the module', async () => {
  const app = await startApp({ providers: [Greeter] }, { worker: { burst: true, concurrency: 1 } });
  await app.get(Repid).job('greet').enqueue();
  expect(await app.get(RepidWorker).run()).toEqual({ processed: 1 });
});

it('refuses to run before the application has started', async () => {
  @Injectable()
  class RunsTooEarly implements OnModuleInit {
    constructor(private readonly worker: RepidWorker) {}
    async onModuleInit(): Promise<void> {
      await this.worker.run({ burst: true });
    }
  }
  await expect(startApp({ providers: [Greeter, RunsTooEarly] })).rejects.toMatchObject({
    code: 'REPID_WORKER_NOT_READY',
  });
});

it('can run from onApplicationBootstrap', async () => {
  @Injectable()
  class RunsAtBootstrap implements OnApplicationBootstrap {
    processed = -1;
    constructor(private readonly worker: RepidWorker) {}
    async onApplicationBootstrap(): Promise<void> {
      this.processed = (await this.worker.run({ burst: true })).processed;
    }
  }
  const app = await startApp({ providers: [Greeter, RunsAtBootstrap] });
  expect(app.get(RunsAtBootstrap).processed).toBe(0);
});

it('refuses to run twice concurrently, and without actors', async () => {
  const app = await startApp({ providers: [Greeter] });
  const worker = app.get(RepidWorker);
  const running = worker.run({ handleSignals: [] });
  await expect(worker.run()).rejects.toMatchObject({ code: 'REPID_INVALID_OPTION' });
  await worker.stop();
  await running;
  await expect((await startApp({})).get(RepidWorker).run()).rejects.toThrow('no actor is known');
});

it('runs with autorun, and installs no signal handlers', async () => {
  const listeners = process.listenerCount('SIGTERM');
  const app = await startApp({ providers: [Greeter] }, { worker: { autorun: true } });
  expect(process.listenerCount('SIGTERM')).toBe(listeners);
  const job = await app.get(Repid).job('greet').enqueue();
  expect((await job.waitForResult({ timeout: '15s' })).success).toBe(true);
  expect(app.get(RepidWorker).state).toBe('running');
});

it('does not run with autorun if there are no actors', async () => {
  const app = await startApp({}, { worker: { autorun: true } });
  expect(app.get(RepidWorker).state).toBe('idle');
});

it('starts with autorun after all imports of the root module', async () => {
  const order: string[] = [];
  @Global()
  @Module({})
  class DatabaseModule implements OnApplicationBootstrap, OnModuleDestroy {
    async onApplicationBootstrap(): Promise<void> {
      await sleep(30);
      order.push('database is ready');
    }
    onModuleDestroy(): void {
      order.push('database is closed');
    }
  }
  class Reporter extends Holder {
    @Actor()
    async report(): Promise<void> {
      order.push('actor started');
      await this.hold();
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
  await until(() => expect(order).toContain('actor started'));
  await closeWhileHeld(app, Reporter);
  expect(order).toEqual(['database is ready', 'actor started', 'actor done', 'database is closed']);
});

it('waits for running actors when the application closes, and disconnects the brokers last', async () => {
  const order: string[] = [];
  class RecordingBroker extends InMemoryMessageBroker {
    override async disconnect(): Promise<void> {
      order.push('disconnected');
      await super.disconnect();
    }
  }
  @Injectable()
  class SendsAtShutdown extends Holder implements BeforeApplicationShutdown {
    constructor(private readonly repid: Repid) {
      super();
    }
    async beforeApplicationShutdown(): Promise<void> {
      await this.repid.sendMessageJson({ channel: 'default', payload: 'still connected' });
      order.push(`sent with ${this.done} done`);
    }
  }
  const imports = [RepidModule.forRoot({ messageBroker: new RecordingBroker(), worker: { autorun: true } })];
  const module = Test.createTestingModule({ imports, providers: [SendsAtShutdown] });
  const app = await (await module.setLogger(SILENT).compile()).init();
  await app.get(Repid).job('hold').enqueue();
  await until(() => expect(app.get(SendsAtShutdown).started).toBe(1));
  await closeWhileHeld(app, SendsAtShutdown);
  expect(order).toEqual(['sent with 1 done', 'disconnected']);
});

it('aborts an actor that does not end in time, and returns its message to the channel', async () => {
  let hasStarted = false;
  let reason: unknown;
  class NeverEnding {
    @Actor()
    async wait(@MessageDependency() msg: MessageDependency): Promise<void> {
      hasStarted = true;
      await new Promise<void>((_resolve, reject) =>
        msg.signal.addEventListener('abort', () => reject((reason = msg.signal.reason) as Error)),
      );
    }
  }
  const broker = new InMemoryMessageBroker();
  const options: RepidModuleOptions = { messageBroker: broker, worker: { autorun: true, gracefulShutdownTime: 30 } };
  const module = Test.createTestingModule({ imports: [RepidModule.forRoot(options)], providers: [NeverEnding] });
  const app = await (await module.setLogger(SILENT).compile()).init();
  await app.get(Repid).job('wait').enqueue();
  await until(() => expect(hasStarted).toBe(true));
  await app.close();
  expect(reason).toMatchObject({ name: 'WorkerShutdownError' });
  await broker.connect();
  expect(await broker.channels.stats('default')).toMatchObject({ queued: 1, running: 0 });
});

it('stops a manually started worker when the application closes', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot()], providers: [Greeter] });
  const running = app.get(RepidWorker).run();
  await app.close();
  expect(await running).toEqual({ processed: 0 });
});

it('fails the start if the broker fails to connect and autorun is set', async () => {
  class FailingBroker extends InMemoryMessageBroker {
    override async connect(): Promise<void> {
      throw new Error('no connection');
    }
  }
  const start = startModule({
    imports: [RepidModule.forRoot({ messageBroker: new FailingBroker(), worker: { autorun: true } })],
    providers: [Greeter],
  });
  await expect(start).rejects.toThrow('no connection');
});

it('lets two applications with the same actors share one broker', async () => {
  const messageBroker = new InMemoryMessageBroker();
  const apps = await Promise.all(
    [1, 2].map(() =>
      startModule({
        imports: [RepidModule.forRoot({ messageBroker, worker: { autorun: true, concurrency: 1 } })],
        providers: [Holder],
      }),
    ),
  );
  const holders = apps.map((app) => app.get(Holder));
  const [repid] = apps.map((app) => app.get(Repid));
  await repid?.enqueue([1, 2].map(() => repid.job('hold')));
  await until(() => expect(holders.map(({ started }) => started)).toEqual([1, 1]));
  for (const holder of holders) holder.release();
  expect(apps[0]?.get(getMessageBrokerToken())).toBe(messageBroker);
});
