import { Controller, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import {
  Actor,
  type BucketBroker,
  getArgsBucketBrokerToken,
  getMessageBrokerToken,
  getRepidToken,
  getResultsBucketBrokerToken,
  getWorkerToken,
  InjectArgsBucketBroker,
  InjectMessageBroker,
  InjectRepid,
  InjectResultsBucketBroker,
  InjectWorker,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
  Repid,
  RepidModule,
  type RepidModuleOptions,
  RepidWorker,
} from '../index.js';
import { startModule } from '../start-app.fixture.js';

@Injectable()
class Adder {
  @Actor()
  add({ one, other }: { one: number; other: number }): number {
    return one + other;
  }
}

async function addOn(repid: Repid, worker: RepidWorker): Promise<unknown> {
  const job = await repid.job('add', { args: { one: 1, other: 2 } }).enqueue();
  await worker.run({ burst: true });
  return (await job.result())?.data;
}

it('works in memory without options', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot()], providers: [Adder] });
  expect(await addOn(app.get(Repid), app.get(RepidWorker))).toBe(3);
});

it('stores arguments and results in one in-memory bucket broker', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot()] });
  expect(app.get(getArgsBucketBrokerToken())).toBeInstanceOf(InMemoryBucketBroker);
  expect(app.get(getArgsBucketBrokerToken())).toBe(app.get(getResultsBucketBrokerToken()));
});

it('has no bucket brokers by default if a message broker is given', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot({ messageBroker: new InMemoryMessageBroker() })] });
  expect(app.get(getArgsBucketBrokerToken())).toBeNull();
  expect(app.get(getResultsBucketBrokerToken())).toBeNull();
});

it('accepts null for no bucket broker', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot({ argsBucketBroker: null })] });
  expect(app.get(getArgsBucketBrokerToken())).toBeNull();
  expect(app.get(getResultsBucketBrokerToken())).toBeInstanceOf(InMemoryBucketBroker);
});

it('injects the parts of a connection', async () => {
  @Injectable()
  class Injected {
    constructor(
      readonly byType: Repid,
      readonly workerByType: RepidWorker,
      @InjectRepid() readonly repid: Repid,
      @InjectWorker() readonly worker: RepidWorker,
      @InjectMessageBroker() readonly broker: MessageBroker,
      @InjectArgsBucketBroker() readonly args: BucketBroker,
      @InjectResultsBucketBroker() readonly results: BucketBroker,
    ) {}
  }
  const app = await startModule({ imports: [RepidModule.forRoot()], providers: [Injected] });
  const { byType, workerByType, repid, worker, broker, args, results } = app.get(Injected);
  expect(repid).toBe(byType);
  expect(worker).toBe(workerByType);
  expect([broker, args, results]).toEqual([
    app.get(getMessageBrokerToken()),
    app.get(getArgsBucketBrokerToken()),
    app.get(getResultsBucketBrokerToken()),
  ]);
});

it('uses a broker that a test overrides', async () => {
  const replacement = new InMemoryMessageBroker();
  const module = await Test.createTestingModule({ imports: [RepidModule.forRoot()], providers: [Adder] })
    .overrideProvider(getMessageBrokerToken())
    .useValue(replacement)
    .compile();
  const app = await module.init();
  await app
    .get(Repid)
    .job('add', { args: { one: 1, other: 2 } })
    .enqueue();
  expect(await replacement.channels.stats('default')).toMatchObject({ queued: 1 });
  await app.close();
});

it('keeps named connections separate', async () => {
  const other = new InMemoryMessageBroker();
  const app = await startModule({
    imports: [RepidModule.forRoot(), RepidModule.forRoot({ name: 'other', messageBroker: other })],
    providers: [Adder],
  });
  await app.get<Repid>(getRepidToken('other')).sendMessageJson({ channel: 'default', payload: 1 });
  expect(await other.channels.stats('default')).toMatchObject({ queued: 1 });
  expect(await addOn(app.get(Repid), app.get(RepidWorker))).toBe(3);
  await expect(app.get<RepidWorker>(getWorkerToken('other')).run()).rejects.toThrow('no actor is known');
});

it('runs an actor on the connection named in its options', async () => {
  @Injectable()
  class OnOtherConnection {
    @Actor({ connection: 'other' })
    add({ one, other }: { one: number; other: number }): number {
      return one + other;
    }
  }
  const app = await startModule({
    imports: [RepidModule.forRoot({ name: 'other' })],
    providers: [OnOtherConnection],
  });
  expect(await addOn(app.get(getRepidToken('other')), app.get(getWorkerToken('other')))).toBe(3);
});

it('can be limited to the modules that import it', async () => {
  @Module({ imports: [RepidModule.forRoot({ isGlobal: false })], providers: [Adder] })
  class Inner {}
  @Injectable()
  class Outsider {
    constructor(readonly repid: Repid) {}
  }
  await expect(startModule({ imports: [Inner], providers: [Outsider] })).rejects.toThrow(/Outsider/);
  const app = await startModule({ imports: [Inner] });
  expect(await addOn(app.get(Repid, { strict: false }), app.get(RepidWorker, { strict: false }))).toBe(3);
});

class Settings {
  readonly maxPayloadBytes = 300;
}
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}
class Configuration {
  create(): RepidModuleOptions {
    return { maxPayloadBytes: 300 };
  }
}
@Module({ providers: [Configuration], exports: [Configuration] })
class ConfigurationModule {}

it.each([
  [
    'a factory',
    {
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ maxPayloadBytes }: Settings) => ({ maxPayloadBytes }),
    },
  ],
  ['a class', { useClass: Configuration }],
  ['an existing class', { imports: [ConfigurationModule], useExisting: Configuration }],
])('takes its options from %s', async (_description, asyncOptions) => {
  const app = await startModule({ imports: [RepidModule.forRootAsync(asyncOptions)], providers: [Adder] });
  const large = app.get(Repid).job('add', { args: 'x'.repeat(400) });
  await expect(large.enqueue()).rejects.toThrow('the limit is 300');
  expect(await addOn(app.get(Repid), app.get(RepidWorker))).toBe(3);
});

it('names a connection with asynchronous options', async () => {
  const app = await startModule({
    imports: [RepidModule.forRootAsync({ name: 'later', useFactory: async () => ({}) })],
  });
  expect(app.get(getRepidToken('later'))).toBeInstanceOf(Repid);
});

it.each([
  [{ mesageBroker: 1 }, 'no option "mesageBroker"'],
  [{ messageBroker: {} }, 'Option "messageBroker"'],
  [{ argsBucketBroker: 'redis' }, 'Option "argsBucketBroker"'],
  [{ serializer: {} }, 'Option "serializer"'],
  [{ middlewares: [1] }, 'Option "middlewares.0"'],
  [{ maxPayloadBytes: 0 }, 'Option "maxPayloadBytes"'],
  [{ worker: { concurency: 1 } }, 'no option "concurency"'],
  [{ worker: { autorun: 'yes' } }, 'Option "autorun"'],
  [{ actorDefaults: { timeout: 'soon' } }, 'Option "timeout"'],
  [{ unknownProperties: 'ignore' }, 'Option "unknownProperties"'],
  [{ name: '' }, 'Option "name"'],
  [{ isGlobal: 1 }, 'Option "isGlobal"'],
])('refuses the options %j', async (options, message) => {
  const start = async (): Promise<unknown> =>
    startModule({ imports: [RepidModule.forRoot(options as RepidModuleOptions)] });
  await expect(start()).rejects.toMatchObject({
    code: 'REPID_INVALID_OPTION',
    message: expect.stringContaining(message),
  });
});

it('refuses two connections with the same name', async () => {
  await expect(startModule({ imports: [RepidModule.forRoot(), RepidModule.forRoot()] })).rejects.toThrow(
    'Connection "default" is configured twice',
  );
});

it('supports two applications in one process', async () => {
  const apps = await Promise.all(
    [1, 2].map(() => startModule({ imports: [RepidModule.forRoot()], providers: [Adder] })),
  );
  expect(await Promise.all(apps.map((app) => addOn(app.get(Repid), app.get(RepidWorker))))).toEqual([3, 3]);
});

it('finds actors in controllers', async () => {
  @Controller()
  class AdderController extends Adder {}
  const app = await startModule({ imports: [RepidModule.forRoot()], controllers: [AdderController] });
  expect(await addOn(app.get(Repid), app.get(RepidWorker))).toBe(3);
});
