import { describe, expect, it, vi } from 'vitest';
import {
  defineActor,
  type ActorMiddleware,
  type ActorOptions,
  type Confirmation,
  type MessageDependency,
} from '../actor/index.js';
import { BasicConverter } from '../converter/index.js';
import type { RepidEvent } from '../events/index.js';
import type { OutgoingMessage } from '../message/index.js';
import type { ProducerMiddleware, RepidOptions } from '../producer/index.js';
import { jsonSerializer } from '../serializer/index.js';
import { Latch, TestBed } from './testing/test-bed.test-support.js';

const fail = (): never => {
  throw new Error('unreadable');
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  return proxy;
}

const THROWN: [string, () => unknown][] = [
  ['an object without a prototype', () => Object.create(null)],
  ['a revoked proxy', revoked],
  ['an error whose message throws', () => Object.defineProperty(new Error('x'), 'message', { get: fail })],
  ['an error whose name throws', () => Object.defineProperty(new Error('x'), 'name', { get: fail })],
  ['an object whose toString throws', () => ({ toString: fail, toJSON: fail })],
  ['a symbol', () => Symbol('odd')],
  ['undefined', () => undefined],
  ['a message of a megabyte', () => new Error('x'.repeat(1_000_000))],
];

/** Runs a job of this actor, then an ordinary job, on the same worker. */
async function performBoth(
  run: (payload: unknown, msg: MessageDependency) => unknown,
  actorOptions: Partial<ActorOptions> = {},
  options: RepidOptions = {},
) {
  const hostile = defineActor({ name: 'hostile', retryPolicy: () => 0, ...actorOptions }, run);
  const testBed = new TestBed([hostile, defineActor({ name: 'usual' }, () => 'fine')], options);
  const job = await testBed.repid.job('hostile', { retries: 1 }).enqueue();
  const usual = await testBed.repid.job('usual').enqueue();
  await testBed.drain({ concurrency: 1 });
  expect((await usual.result())?.data).toBe('fine');
  return { testBed, job };
}

describe('A value that an actor throws', () => {
  const confirmations: Confirmation[] = ['auto', 'always-ack', 'ack-first', 'manual-explicit'];
  it.each(THROWN.flatMap(([name, make]) => confirmations.map((one) => [name, one, make] as const)))(
    'does not prevent the settlement: %s, %s',
    async (_, confirmation, make) => {
      const { testBed, job } = await performBoth(
        () => {
          throw make();
        },
        { confirmation, onError: confirmation === 'manual-explicit' ? 'nack' : undefined },
      );
      expect(await job.status()).toEqual({ state: 'failed' });
      expect((await job.result())!.exception!.length).toBeLessThan(2_200);
      expect(testBed.eventsOf('settlement-failed')).toEqual([]);
      expect(await testBed.repid.channel('default').stats()).toMatchObject({ running: 0, queued: 0, delayed: 0 });
    },
  );

  it.each(THROWN)('can be thrown synchronously, by a promise, a callback or a middleware: %s', async (_, make) => {
    const middleware: ActorMiddleware = async (_context, next) => {
      await next();
      throw make();
    };
    const { testBed, job } = await performBoth(
      async (_payload, msg) => {
        msg.addCallback(() => Promise.reject(make()));
        await msg.ack();
      },
      { middlewares: [middleware] },
    );
    expect(testBed.eventsOf('callback-failed')).toHaveLength(1);
    expect(testBed.eventsOf('failure-acknowledged')).toHaveLength(1);
    expect(await job.result()).toMatchObject({ success: true });
  });

  it('is stored with its causes', async () => {
    const { testBed } = await performBoth(() => {
      throw new Error('not saved', { cause: { reason: 'no stock', left: Number.NaN } });
    });
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({
      message: 'not saved',
      cause: { message: '{"reason":"no stock","left":NaN}' },
    });
  });
});

describe('User code', () => {
  it.each<[string, Partial<ActorOptions>, string]>([
    ['a retryPolicy that throws', { retryPolicy: fail }, 'REPID_FAILURE_POLICY'],
    ['an onError that throws', { onError: fail, retryPolicy: () => 0 }, 'REPID_FAILURE_POLICY'],
    ['an onError that rejects', { onError: (async () => fail()) as never }, 'REPID_FAILURE_POLICY'],
    ['a converter that throws', { converter: { convertInputs: fail, convertOutputs: fail } }, 'Error'],
    ['a middleware that throws a value that is not an error', { middlewares: [() => Promise.reject(null)] }, 'Error'],
  ])('does not stop a worker: %s', async (_, options, code) => {
    const { testBed } = await performBoth(() => {
      throw new Error('broken');
    }, options);
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({ code });
  });

  it('does not end the process: a middleware that does not await the actor', async () => {
    const { job } = await performBoth(
      async () => {
        throw new Error('not awaited');
      },
      { middlewares: [async (_, next) => (void next(), 'given up')] },
    );
    expect(await job.result()).toMatchObject({ data: 'given up' });
  });

  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('logger away'))],
    ['throws a value that is not an error', () => Promise.reject(Object.create(null))],
  ])('does not leave a job unsettled if a listener %s', async (_, listener) => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { job } = await performBoth(
      () => {
        throw new Error('broken');
      },
      {},
      { onEvent: listener as (event: RepidEvent) => void },
    );
    expect(await job.status()).toEqual({ state: 'failed' });
    expect(complaints.mock.calls).toEqual([[expect.stringMatching(/^\[repid\] The listener "onEvent" failed: /)]]);
    complaints.mockRestore();
  });

  it('does not prevent the settlement: a serializer that throws', async () => {
    const encode = (value: unknown): Uint8Array => (value === 'fine' ? jsonSerializer.encode(value) : fail());
    const serializer = { ...jsonSerializer, contentType: 'text/odd', encode };
    const { testBed, job } = await performBoth(() => 1, {}, { serializer });
    expect(await job.status()).toEqual({ state: 'failed' });
    expect((await testBed.deadLetters())[0]!.reason.message).toContain('unreadable');
  });

  it('is refused if convertOutputs() returns a promise', async () => {
    class Late extends BasicConverter {
      override convertOutputs(): unknown {
        return Promise.reject(new Error('not awaited'));
      }
    }
    const { testBed } = await performBoth(() => 1, { converter: new Late() });
    expect((await testBed.deadLetters())[0]!.reason).toMatchObject({
      code: 'REPID_SERIALIZATION',
      message: 'The converter returned a promise from convertOutputs(). Have it return the value.',
    });
  });

  it('can be a promise with its own "then"', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- actors can return it
    const { job } = await performBoth(() => Object.assign(Promise.resolve(1), { then: fail }));
    expect((await job.result())!.exception).toBe('Error: unreadable');
  });
});

describe('A rejected promise that is thrown in place of an error', () => {
  const throwPromise = (): never => {
    throw Promise.reject(new Error('not awaited'));
  };

  it.each<[string, Partial<ActorOptions>]>([
    ['an actor', {}],
    ['a middleware', { middlewares: [throwPromise] }],
    ['a converter', { converter: { convertInputs: throwPromise, convertOutputs: (value) => value } }],
    ['a retryPolicy', { retryPolicy: throwPromise }],
    ['an onError', { onError: throwPromise }],
    ['a routing function', { routing: (message) => message.headers['topic'] === 'hostile' && throwPromise() }],
  ])('does not end the process: from %s', async (_, options) => {
    const { testBed, job } = await performBoth(throwPromise, options);
    expect(await job.status()).toEqual({ state: 'failed' });
    expect((await testBed.deadLetters())[0]!.reason.message).toContain('a Promise');
  });

  const isTopic = (topic: string) => (message: OutgoingMessage) => message.headers['topic'] === topic;
  it.each<[string, (payload: unknown, msg: MessageDependency) => unknown, Partial<ActorOptions>, RepidOptions]>([
    ['a converter of results', () => 1, { converter: { convertInputs: () => [], convertOutputs: throwPromise } }, {}],
    [
      'a producer middleware',
      (_payload, msg) => msg.sendMessageJson({ channel: 'default', payload: 1, headers: { topic: 'next' } }),
      {},
      {
        producerMiddlewares: [(messages, next) => (messages.some(isTopic('next')) ? throwPromise() : next())],
      },
    ],
    ['msg.nack()', (_payload, msg) => msg.nack(Promise.reject(new Error('x')) as never), {}, {}],
    [
      'msg.setException(), long before the run ends',
      async (_payload, msg) => {
        msg.setException(Promise.reject(new Error('x')) as never);
        await new Promise(setImmediate);
      },
      {},
      {},
    ],
  ])('does not end the process: from %s', async (_, run, actorOptions, options) => {
    const { job } = await performBoth(run, actorOptions, options);
    expect(await job.status()).toEqual({ state: 'failed' });
    expect((await job.result())!.exception).toContain('a Promise');
  });

  it('does not end the process: from a callback, or a listener', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    await performBoth((_payload, msg) => msg.addCallback(throwPromise), {}, { onEvent: throwPromise });
    expect(complaints).toHaveBeenCalledTimes(1);
    complaints.mockRestore();
  });
});

describe('A promise that never settles', () => {
  const never = (): Promise<never> => new Promise(() => {});

  it('does not block its worker: a callback', async () => {
    const added = new Latch();
    const hung = defineActor({ name: 'hung', timeout: '1m' }, (_, msg) => {
      msg.addCallback(() => (added.open(), never()));
    });
    const testBed = new TestBed([hung, defineActor({ name: 'usual' }, () => 'fine')]);
    await testBed.repid.job('hung').enqueue();
    const usual = await testBed.repid.job('usual').enqueue();
    testBed.start({ concurrency: 1 });
    await added.opened;
    await testBed.clock.advance(60_000);
    expect((await usual.waitForResult()).data).toBe('fine');
    expect(testBed.eventsOf('callback-failed')).toMatchObject([
      { error: { message: 'What follows the settlement of "hung" lasted longer than 60000 ms.' } },
    ]);
  });

  it('fails the run: a producer middleware, at its settlement', async () => {
    const called = new Latch();
    const hanging: ProducerMiddleware = async (messages, next) => {
      if (messages[0]!.headers.topic !== 'follower') return next();
      called.open();
      await never();
    };
    const first = defineActor({ name: 'first' }, (_, msg) => msg.enqueue(testBed.repid.job('follower')));
    const testBed: TestBed = new TestBed([first], { producerMiddlewares: [hanging] });
    const job = await testBed.repid.job('first', { timeout: '1m' }).enqueue();
    testBed.start();
    await called.opened;
    await testBed.clock.advance(60_000);
    await vi.waitFor(async () => expect(await job.status()).toEqual({ state: 'failed' }), 10_000);
    expect((await job.result())!.exception).toContain(
      'Preparing the followers of "first" lasted longer than 60000 ms.',
    );
  });

  it.each<[string, Partial<ActorOptions>]>([
    ['an actor', {}],
    ['a middleware', { middlewares: [never] }],
    ['a converter', { converter: { convertInputs: never, convertOutputs: (value) => value } }],
  ])('blocks neither its actor nor its worker: %s', async (_, options) => {
    const hung = defineActor({ name: 'hung', concurrency: 1, timeout: '1m', ...options }, never);
    const testBed = new TestBed([hung, defineActor({ name: 'usual' }, () => 'fine')]);
    await testBed.repid.enqueue([1, 2, 3].map((n) => testBed.repid.job('hung', { id: `hung-${n}` })));
    const usual = await testBed.repid.job('usual').enqueue();
    const worker = testBed.start({ concurrency: 2, gracefulShutdownTime: 1 });
    expect((await usual.waitForResult()).data).toBe('fine');
    await vi.waitFor(async () => {
      await testBed.clock.advance(60_000);
      expect(await testBed.deadLetters()).toHaveLength(3);
    }, 10_000);
    expect((await testBed.deadLetters()).every(({ reason }) => reason.code === 'REPID_TIMEOUT')).toBe(true);
    await worker.stop();
    expect(worker.inFlight).toBe(0);
  });
});
