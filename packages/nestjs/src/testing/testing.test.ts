import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  Actor,
  InMemoryBucketBroker,
  InMemoryMessageBroker,
  type MessageBroker,
  MessageDependency,
  Payload,
  Repid,
  RepidModule,
  RepidWorker,
  systemClock,
} from '../index.js';
import { startApp, startModule } from '../start-app.fixture.js';
import { advance, drain, RepidTestingModule, sent } from './index.js';

class Chain {
  static readonly seen: unknown[] = [];
  constructor(private readonly repid: Repid) {}
  @Actor()
  first(@Payload('x') x: number, @MessageDependency() msg: MessageDependency): void {
    Chain.seen.push(`first ${x}`);
    msg.enqueue(this.repid.job('second', { args: { x: x + 1 }, channel: 'other' }));
  }
  @Actor({ channel: 'other' })
  async second(@Payload('x') x: number): Promise<void> {
    await sleep(10);
    Chain.seen.push(`second ${x}`);
  }
}
Reflect.defineMetadata('design:paramtypes', [Repid], Chain);

it.each([false, true])(
  'drains due messages and those that they publish; with a running worker: %s',
  async (autorun) => {
    Chain.seen.length = 0;
    const app = await startApp({ providers: [Chain] }, { worker: { autorun } });
    await app
      .get(Repid)
      .job('first', { args: { x: 1 } })
      .enqueue();
    await app
      .get(Repid)
      .job('first', { args: { x: 5 }, deferredUntil: new Date(Date.now() + 60_000) })
      .enqueue();
    await drain(app);
    expect(Chain.seen).toEqual(['first 1', 'second 2']);
    await advance(app, '1m');
    await drain(app);
    expect(Chain.seen.slice(2)).toEqual(['first 5', 'second 6']);
  },
);

it('lists messages published by jobs, by hand and by actors', async () => {
  const app = await startApp({ providers: [Chain] });
  await app
    .get(Repid)
    .job('first', { args: { x: 1 }, headers: { tenant: 'blue' } })
    .enqueue();
  await app.get(Repid).sendMessageJson({ channel: 'outside', payload: ['by hand'] });
  await app
    .get(Repid)
    .job('first', { args: { x: 1 }, useArgsBucket: false, channel: 'outside' })
    .enqueue();
  await drain(app);
  expect(sent(app)).toMatchObject([
    { channel: 'default', topic: 'first', payload: { x: 1 }, headers: { tenant: 'blue' } },
    { channel: 'outside', topic: undefined, payload: ['by hand'] },
    { channel: 'outside', topic: 'first', payload: { x: 1 } },
    { channel: 'other', topic: 'second', payload: { x: 2 } },
  ]);
});

it('does not list refused messages', async () => {
  const app = await startApp({}, { maxPayloadBytes: 10 });
  await expect(
    app
      .get(Repid)
      .job('first', { args: 'x'.repeat(20) })
      .enqueue(),
  ).rejects.toThrow('the limit is 10');
  expect(sent(app)).toEqual([]);
});

it('keeps the messages of two applications separate', async () => {
  const module = RepidTestingModule.forRoot();
  const one = await startModule({ imports: [module] });
  const other = await startModule({ imports: [module] });
  await one.get(Repid).sendMessageJson({ channel: 'x', payload: 1 });
  expect([sent(one).length, sent(other).length]).toEqual([1, 0]);
});

it('works on a named connection', async () => {
  const app = await startModule({
    imports: [RepidTestingModule.forRoot(), RepidTestingModule.forRoot({ name: 'reports' })],
  });
  expect(sent(app, { connection: 'reports' })).toEqual([]);
  await drain(app, { connection: 'reports' });
  await advance(app, '1s', { connection: 'reports' });
  await expect(drain(app, { connection: 'lost' })).rejects.toThrow('no connection "lost"');
});

it('says what to import if nothing records', async () => {
  const app = await startModule({ imports: [RepidModule.forRoot()] });
  expect(() => sent(app)).toThrow('Import RepidTestingModule.forRoot()');
});

it('advances the time of buckets too', async () => {
  const app = await startApp(
    { providers: [Chain] },
    { messageBroker: new InMemoryMessageBroker(), resultsBucketBroker: new InMemoryBucketBroker() },
  );
  const job = await app
    .get(Repid)
    .job('second', { args: { x: 1 }, channel: 'other', resultTtl: '1h' })
    .enqueue();
  await drain(app);
  expect((await job.result())?.success).toBe(true);
  await advance(app, '1h');
  expect(await job.result()).toBeUndefined();
});

it('refuses to advance a clock that is not adjustable', async () => {
  const messageBroker: MessageBroker = new InMemoryMessageBroker({ clock: systemClock });
  const app = await startModule({ imports: [RepidModule.forRoot({ messageBroker })] });
  await expect(advance(app, '1h')).rejects.toMatchObject({ code: 'REPID_UNSUPPORTED' });
  await expect(advance(app, 'soon')).rejects.toMatchObject({ code: 'REPID_INVALID_OPTION' });
});

it.each([false, true])('lists the unfinished channels on a timeout; with a running worker: %s', async (autorun) => {
  class Slow {
    @Actor()
    async run(@MessageDependency() msg: MessageDependency): Promise<void> {
      await new Promise((_resolve, reject) =>
        msg.signal.addEventListener('abort', () => reject(msg.signal.reason as Error)),
      );
    }
  }
  const app = await startApp({ providers: [Slow] }, { worker: { autorun, gracefulShutdownTime: 0 } });
  await app.get(Repid).job('run').enqueue();
  await expect(drain(app, { timeout: 50 })).rejects.toMatchObject({
    code: 'REPID_TIMEOUT',
    message: expect.stringContaining('"default" ('),
  });
});

it('ignores paused channels', async () => {
  Chain.seen.length = 0;
  const app = await startApp({ providers: [Chain] }, { worker: { autorun: true } });
  await app.get(Repid).channel('other').pause();
  await app
    .get(Repid)
    .job('first', { args: { x: 1 } })
    .enqueue();
  await drain(app);
  expect(Chain.seen).toEqual(['first 1']);
  expect(app.get(RepidWorker).state).toBe('running');
});

it.each<[string, (app: Awaited<ReturnType<typeof startApp>>) => unknown]>([
  ['drain() has no option "timout". It has: connection, timeout.', (app) => drain(app, { timout: 1 } as never)],
  ['Option "timeout" of drain() is "soon"', (app) => drain(app, { timeout: 'soon' })],
  ['advance() has no option "conection"', (app) => advance(app, 1, { conection: 'x' } as never)],
  ['"duration" is NaN, which is not a duration', (app) => advance(app, Number.NaN)],
  ['The options of sent() are "x"', (app) => sent(app, 'x' as never)],
])('names the unknown option or connection: %s', async (expected, call) => {
  const app = await startApp({});
  await expect((async () => call(app))()).rejects.toThrow(expected);
});
