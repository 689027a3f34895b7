import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { defineActor, type ActorMiddleware, type ActorOptions, type MessageDependency } from '../actor/index.js';
import type { ProducerMiddleware, Repid } from '../producer/index.js';
import { TestBed } from './testing/test-bed.test-support.js';

const trace = new AsyncLocalStorage<string>();

type Action = (msg: MessageDependency, repid: Repid) => unknown;

/** Returns the contexts in which the followers of this actor are sent. */
async function contextsOf(action: Action, options: Partial<ActorOptions> = {}): Promise<(string | undefined)[]> {
  const contexts: (string | undefined)[] = [];
  const tracing: ActorMiddleware = ({ message }, next) => trace.run(`trace of ${message.id}`, next);
  const recording: ProducerMiddleware = (messages, next) => {
    if (messages.some(({ headers }) => headers.topic === 'next')) contexts.push(trace.getStore());
    return next();
  };
  const first = defineActor({ name: 'first', middlewares: [tracing], ...options }, (_, msg) =>
    action(msg, testBed.repid),
  );
  const testBed: TestBed = new TestBed([first, defineActor({ name: 'next' }, () => {})], {
    producerMiddlewares: [recording],
  });
  await testBed.perform('first', { id: 'one' });
  expect(testBed.eventsOf('dead-lettered')).toEqual([]);
  return contexts;
}

const next = (repid: Repid) => repid.job('next');

it.each<[string, Action, Partial<ActorOptions>?]>([
  ['msg.enqueue()', (msg, repid) => msg.enqueue(next(repid))],
  ['msg.addCallback(job)', (msg, repid) => msg.addCallback(next(repid))],
  [
    'msg.sendMessageJson()',
    (msg) => msg.sendMessageJson({ channel: 'default', payload: 1, headers: { topic: 'next' } }),
  ],
  ['msg.enqueue() and msg.ack()', async (msg, repid) => (msg.enqueue(next(repid)), msg.ack())],
  ['msg.ack() and msg.enqueue()', async (msg, repid) => (await msg.ack(), msg.enqueue(next(repid)))],
  ['msg.enqueue() with ack-first', (msg, repid) => msg.enqueue(next(repid)), { confirmation: 'ack-first' }],
  [
    'msg.enqueue() of an actor that waits',
    async (msg, repid) => (msg.enqueue(next(repid)), await new Promise(setImmediate), 'done'),
  ],
])('The context of actor middlewares reaches the producer middlewares of followers: %s', async (_, action, options) => {
  expect(await contextsOf(action, options)).toEqual(['trace of one']);
});

it('A call keeps the async context that the actor entered', async () => {
  expect(await contextsOf((msg, repid) => trace.run('inner', () => msg.enqueue(next(repid))))).toEqual(['inner']);
});

it('The context of one run does not reach the followers of another', async () => {
  const contexts = await contextsOf((msg, repid) => msg.enqueue(next(repid)));
  expect(contexts).toEqual(['trace of one']);
  expect(trace.getStore()).toBeUndefined();
});
