import { describe, expect, it, vi } from 'vitest';
import { defineActor, type ActorOptions, type Confirmation, type MessageDependency } from '../actor/index.js';
import { BasicConverter } from '../converter/index.js';
import type { RepidEvent } from '../events/index.js';
import type { ActorMiddleware, ProducerMiddleware } from '../middleware/index.js';
import type { RepidOptions } from '../producer/index.js';
import { jsonSerializer } from '../serializer/index.js';
import { Gate, Workshop } from './testing/workshop.test-support.js';

const fail = (): never => {
  throw new Error('asked in vain');
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

/** Runs this actor on a job, then a usual one, with the same worker. */
async function performBoth(
  run: (payload: unknown, msg: MessageDependency) => unknown,
  actorOptions: Partial<ActorOptions> = {},
  options: RepidOptions = {},
) {
  const hostile = defineActor({ name: 'hostile', retryPolicy: () => 0, ...actorOptions }, run);
  const workshop = new Workshop([hostile, defineActor({ name: 'usual' }, () => 'fine')], options);
  const job = await workshop.repid.job('hostile', { retries: 1 }).enqueue();
  const usual = await workshop.repid.job('usual').enqueue();
  await workshop.drain({ concurrency: 1 });
  expect((await usual.result())?.data).toBe('fine');
  return { workshop, job };
}

describe('What an actor throws', () => {
  const confirmations: Confirmation[] = ['auto', 'always-ack', 'ack-first', 'manual-explicit'];
  it.each(THROWN.flatMap(([name, make]) => confirmations.map((one) => [name, one, make] as const)))(
    'does not keep its message from being settled: %s, %s',
    async (_, confirmation, make) => {
      const { workshop, job } = await performBoth(
        () => {
          throw make();
        },
        { confirmation, onError: confirmation === 'manual-explicit' ? 'nack' : undefined },
      );
      expect(await job.status()).toEqual({ state: 'failed' });
      expect((await job.result())!.exception!.length).toBeLessThan(2_200);
      expect(workshop.told('settlement-failed')).toEqual([]);
      expect(await workshop.repid.channel('default').stats()).toMatchObject({ running: 0, queued: 0, delayed: 0 });
    },
  );

  it.each(THROWN)('may be thrown at once, or by a promise, a callback or a middleware: %s', async (_, make) => {
    const middleware: ActorMiddleware = async (_context, next) => {
      await next();
      throw make();
    };
    const { workshop, job } = await performBoth(
      async (_payload, msg) => {
        msg.addCallback(() => Promise.reject(make()));
        await msg.ack();
      },
      { middlewares: [middleware] },
    );
    expect(workshop.told('callback-failed')).toHaveLength(1);
    expect(workshop.told('failure-acknowledged')).toHaveLength(1);
    expect(await job.result()).toMatchObject({ success: true });
  });

  it('is kept as it is, where it is a plain object or has causes', async () => {
    const { workshop } = await performBoth(() => {
      throw new Error('not saved', { cause: { reason: 'no stock', left: Number.NaN } });
    });
    expect((await workshop.deadLetters())[0]!.reason).toMatchObject({
      message: 'not saved',
      cause: { message: '{"reason":"no stock","left":NaN}' },
    });
  });
});

describe('What a user passes in', () => {
  it.each<[string, Partial<ActorOptions>, string]>([
    ['a retryPolicy that throws', { retryPolicy: fail }, 'REPID_FAILURE_POLICY'],
    ['an onError that throws', { onError: fail, retryPolicy: () => 0 }, 'REPID_FAILURE_POLICY'],
    ['an onError that rejects', { onError: (async () => fail()) as never }, 'REPID_FAILURE_POLICY'],
    ['a converter that throws', { converter: { convertInputs: fail, convertOutputs: fail } }, 'Error'],
    ['a middleware that throws what is no error', { middlewares: [() => Promise.reject(null)] }, 'Error'],
  ])('does not stop a worker: %s', async (_, options, code) => {
    const { workshop } = await performBoth(() => {
      throw new Error('broken');
    }, options);
    expect((await workshop.deadLetters())[0]!.reason).toMatchObject({ code });
  });

  it('does not end the process: a middleware that does not await the actor', async () => {
    const { job } = await performBoth(
      async () => {
        throw new Error('nobody awaits this');
      },
      { middlewares: [async (_, next) => (void next(), 'given up')] },
    );
    expect(await job.result()).toMatchObject({ data: 'given up' });
  });

  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('logger away'))],
    ['throws what is no error', () => Promise.reject(Object.create(null))],
  ])('does not leave a job unsettled where a listener %s', async (_, listener) => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { job } = await performBoth(
      () => {
        throw new Error('broken');
      },
      {},
      { onEvent: listener as (event: RepidEvent) => void },
    );
    expect(await job.status()).toEqual({ state: 'failed' });
    expect(complaints.mock.calls).toEqual([[expect.stringMatching(/^\[repid\] The listener "onEvent" fails: /)]]);
    complaints.mockRestore();
  });

  it('does not keep a message from being settled: a serializer that throws', async () => {
    const encode = (value: unknown): Uint8Array => (value === 'fine' ? jsonSerializer.encode(value) : fail());
    const serializer = { ...jsonSerializer, contentType: 'text/odd', encode };
    const { workshop, job } = await performBoth(() => 1, {}, { serializer });
    expect(await job.status()).toEqual({ state: 'failed' });
    expect((await workshop.deadLetters())[0]!.reason.message).toContain('asked in vain');
  });

  it('is refused where a converter returns a promise that nobody awaits', async () => {
    class Late extends BasicConverter {
      override convertOutputs(): unknown {
        return Promise.reject(new Error('nobody awaits this'));
      }
    }
    const { workshop } = await performBoth(() => 1, { converter: new Late() });
    expect((await workshop.deadLetters())[0]!.reason).toMatchObject({
      code: 'REPID_SERIALIZATION',
      message: 'The converter returned a promise from convertOutputs(). Have it return the value.',
    });
  });

  it('may be a promise with a "then" of its own', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what actors may answer
    const { job } = await performBoth(() => Object.assign(Promise.resolve(1), { then: fail }));
    expect((await job.result())!.exception).toBe('Error: asked in vain');
  });
});

describe('A rejected promise that is thrown in place of an error', () => {
  const throwPromise = (): never => {
    throw Promise.reject(new Error('nobody awaits this'));
  };

  it.each<[string, Partial<ActorOptions>]>([
    ['an actor', {}],
    ['a middleware', { middlewares: [throwPromise] }],
    ['a converter', { converter: { convertInputs: throwPromise, convertOutputs: (value) => value } }],
    ['a retryPolicy', { retryPolicy: throwPromise }],
    ['an onError', { onError: throwPromise }],
    ['a routing function', { routing: (message) => message.headers['topic'] === 'hostile' && throwPromise() }],
  ])('does not end the process: from %s', async (_, options) => {
    const { workshop, job } = await performBoth(throwPromise, options);
    expect(await job.status()).toEqual({ state: 'failed' });
    expect((await workshop.deadLetters())[0]!.reason.message).toContain('a Promise');
  });

  it('does not end the process: from a callback, or a listener', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    await performBoth((_payload, msg) => msg.addCallback(throwPromise), {}, { onEvent: throwPromise });
    expect(complaints).toHaveBeenCalledTimes(1);
    complaints.mockRestore();
  });
});

describe('What never ends', () => {
  const never = (): Promise<never> => new Promise(() => {});

  it('does not block its worker: a callback', async () => {
    const added = new Gate();
    const hung = defineActor({ name: 'hung', timeout: '1m' }, (_, msg) => {
      msg.addCallback(() => (added.open(), never()));
    });
    const workshop = new Workshop([hung, defineActor({ name: 'usual' }, () => 'fine')]);
    await workshop.repid.job('hung').enqueue();
    const usual = await workshop.repid.job('usual').enqueue();
    workshop.start({ concurrency: 1 });
    await added.opened;
    await workshop.clock.advance(60_000);
    expect((await usual.waitForResult()).data).toBe('fine');
    expect(workshop.told('callback-failed')).toMatchObject([
      { error: { message: 'What follows the settlement of "hung" lasted longer than 60000 ms.' } },
    ]);
  });

  it('fails the run: a producer middleware, at its settlement', async () => {
    const called = new Gate();
    const hanging: ProducerMiddleware = async (messages, next) => {
      if (messages[0]!.headers.topic !== 'follower') return next();
      called.open();
      await never();
    };
    const first = defineActor({ name: 'first' }, (_, msg) => msg.enqueue(workshop.repid.job('follower')));
    const workshop: Workshop = new Workshop([first], { producerMiddlewares: [hanging] });
    const job = await workshop.repid.job('first', { timeout: '1m' }).enqueue();
    workshop.start();
    await called.opened;
    await workshop.clock.advance(60_000);
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
    const workshop = new Workshop([hung, defineActor({ name: 'usual' }, () => 'fine')]);
    await workshop.repid.enqueue([1, 2, 3].map((n) => workshop.repid.job('hung', { id: `hung-${n}` })));
    const usual = await workshop.repid.job('usual').enqueue();
    const worker = workshop.start({ concurrency: 2, gracefulShutdownTime: 1 });
    expect((await usual.waitForResult()).data).toBe('fine');
    await vi.waitFor(async () => {
      await workshop.clock.advance(60_000);
      expect(await workshop.deadLetters()).toHaveLength(3);
    }, 10_000);
    expect((await workshop.deadLetters()).every(({ reason }) => reason.code === 'REPID_TIMEOUT')).toBe(true);
    await worker.stop();
    expect(worker.inFlight).toBe(0);
  });
});
