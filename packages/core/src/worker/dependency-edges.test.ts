import { expect, it } from 'vitest';
import { defineActor, type MessageDependency } from '../actor/index.js';
import type { Consumer } from '../broker/index.js';
import { onSettled } from '../dependency/index.js';
import { DependencyError, InvalidOptionError } from '../errors/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from '../memory/index.js';
import { Repid } from '../producer/index.js';
import { Router } from '../router/index.js';
import { Worker } from './index.js';
import { chain, type Job } from '../job/index.js';

type Actors = Record<string, (payload: unknown, msg: MessageDependency, repid: Repid) => unknown>;

function start(actors: Actors, options: object = {}, confirmation: 'auto' | 'ack-first' = 'auto') {
  const repid: Repid = new Repid({ onEvent: () => {}, ...options });
  const made = Object.entries(actors).map(([name, run]) =>
    defineActor(
      { name, confirmation: name === 'first' ? confirmation : 'auto', retryPolicy: () => 0 },
      (payload, msg) => run(payload, msg, repid),
    ),
  );
  const worker = new Worker(repid.producer, new Router(made), { handleSignals: [] });
  return { repid, burst: () => worker.run({ burst: true }) };
}

it('a burst runs a job that is released during its last receive', async () => {
  const messageBroker = new InMemoryMessageBroker();
  const consume = messageBroker.consume.bind(messageBroker);
  messageBroker.consume = async (options) => {
    const consumer: Consumer = await consume(options);
    const receive = consumer.receive.bind(consumer);
    consumer.receive = async (...args) => {
      const deliveries = await receive(...args); // a slow reply, as over a network
      await new Promise((resolve) => setTimeout(resolve, 20));
      return deliveries;
    };
    return consumer;
  };
  const buckets = new InMemoryBucketBroker();
  const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
  const { repid, burst } = start(
    { first: pause, second: () => 'ran' },
    { messageBroker, argsBucketBroker: buckets, resultsBucketBroker: buckets },
  );
  const [first, second] = chain([repid.job('first'), repid.job('second')]);
  await repid.enqueue([first!, second!]);
  await burst();
  expect((await second!.result())?.data).toBe('ran');
});

it('an actor with ack-first can delegate', async () => {
  const { repid, burst } = start(
    { first: (_p, msg, r) => (msg.delegate(r.job('second')), 'mine'), second: () => 'from second', third: (p) => p },
    {},
    'ack-first',
  );
  const [first, third] = chain([repid.job('first'), repid.job('third')]);
  await repid.enqueue([first!, third!]);
  await burst();
  expect((await third!.result())?.data).toBe('from second');
});

it('a job can wait for a committed follower', async () => {
  let follower: Job | undefined;
  const { repid, burst } = start({
    first: (_p, msg, r) => msg.enqueue((follower = r.job('second'))),
    second: () => 1,
    third: () => 3,
  });
  await repid.job('first').enqueue();
  await burst();
  await expect(repid.job('third', { dependsOn: follower! }).enqueue()).resolves.toBeDefined();
});

it.each([
  ['forwards', false],
  ['backwards', true],
])(
  'an earlier result in the same bucket does not release a job: a chosen resultId, enqueued %s',
  async (_w, reverse) => {
    let runs = 0;
    const { repid, burst } = start({ first: () => ++runs, second: (p) => p });
    for (const time of [1, 2]) {
      const jobs = chain([repid.job('first', { resultId: 'fixed' }), repid.job('second')]);
      await repid.enqueue(reverse ? jobs.toReversed() : jobs);
      await burst();
      expect((await jobs[1]!.result())?.data).toBe(time);
    }
  },
);

it.each<[string, (msg: MessageDependency, r: Repid) => void]>([
  [
    'wait in a cycle',
    (msg, r) => {
      const a = r.job('second');
      const b = r.job('second', { dependsOn: a });
      a.dependOn(b);
      msg.enqueue(a);
      msg.enqueue(b);
    },
  ],
  ['wait for a job that is not enqueued', (msg, r) => msg.enqueue(r.job('second', { dependsOn: r.job('second') }))],
])('followers that %s are refused', async (_w, action) => {
  const { repid, burst } = start({ first: (_p, msg, r) => action(msg, r), second: () => 1 });
  const job = await repid.job('first').enqueue();
  await burst();
  expect((await job.result())?.exception).toContain('DependencyError');
  expect((await repid.channel('default').stats()).waiting).toBe(0);
});

it('argsFrom and another condition on the same job are refused', async () => {
  const { repid, burst } = start({
    first: () => {
      throw new Error('broken');
    },
    second: (p) => `ran on ${String(p)}`,
  });
  const first = repid.job('first');
  const refused = await (async () => {
    const second = repid.job('second', { argsFrom: first, dependsOn: onSettled(first) });
    await repid.enqueue([first, second]);
    await burst();
    return (await second.result())?.data;
  })().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DependencyError);
});

it('the graph of the last job of a chain shows all of it', async () => {
  const { repid } = start({});
  const jobs = chain(['a', 'b', 'c'].map((name) => repid.job(name)));
  await repid.enqueue(jobs);
  const { nodes } = await repid.graph(jobs[2]!);
  expect(nodes.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(['a queued', 'b waiting', 'c waiting']);
});

it.each<[string, (msg: MessageDependency, r: Repid) => unknown]>([
  [
    'twice',
    (msg, r) => {
      msg.delegate(r.job('second'));
      msg.delegate(r.job('second'));
    },
  ],
  ['to a job with an id that may be taken', (msg, r) => msg.delegate(r.job('second', { id: 'daily' }))],
  [
    'after the message is settled, its result stored',
    async (msg, r) => {
      await msg.ack();
      msg.delegate(r.job('second'));
    },
  ],
])('a result cannot be delegated %s', async (_w, action) => {
  let thrown: unknown;
  const { repid, burst } = start({
    first: async (_p, msg, r) => {
      try {
        await action(msg, r);
      } catch (error) {
        thrown = error;
      }
    },
    second: () => 2,
  });
  await repid.job('first').enqueue();
  await burst();
  expect(thrown).toBeInstanceOf(InvalidOptionError);
});

it('a follower of a bare message has the same id in each run', async () => {
  const ids: string[] = [];
  const { repid, burst } = start({
    first: async (_p, msg, r) => {
      const job = r.job('second');
      msg.enqueue(job);
      ids.push(job.id);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (ids.length === 1) await msg.reject();
    },
    second: () => 1,
  });
  await repid.sendMessageJson({ channel: 'default', payload: 1, headers: { topic: 'first' } });
  await burst();
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(ids[1]);
});
