import { type Actor, chain, chord, defineActor, type Job, Repid, Router, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from './support/redis-server.js';

const MANY = 10_000;
const POLL = { timeout: 110_000 };

const sum: Actor = {
  ...defineActor({ name: 'sum' }, () => undefined),
  parameters: [{ from: 'dependency-results', as: 'data' }],
  run: ([values]) => (values as number[]).reduce((total, value) => total + value),
};
const actors = [
  defineActor({ name: 'count' }, (before: number | undefined) => (before ?? 0) + 1),
  defineActor({ name: 'square' }, (n: number) => n * n),
  sum,
];

let server: TestRedis;
beforeAll(async () => void (server = await startRedis()));
afterAll(() => server.stop());

describe.each([
  { where: 'in memory', connect: () => new Repid({ onEvent: () => {} }) },
  { where: 'on Redis', connect: () => onRedis(server.url, server.uniquePrefix()) },
])('Ten thousand jobs $where', ({ connect }) => {
  it('in a chain return the result of the last job', { timeout: 120_000 }, async () => {
    await withWorker(connect(), async (repid) => {
      const jobs = chain(generate(() => repid.job('count') as Job));
      await repid.enqueue(jobs);
      expect(await jobs.at(-1)!.waitForResult(POLL)).toMatchObject({ success: true, data: MANY });
    });
  });

  it('in parallel pass their results to the job that depends on all of them', { timeout: 120_000 }, async () => {
    await withWorker(connect(), async (repid) => {
      const last = repid.job('sum') as Job;
      await repid.enqueue(
        chord(
          generate((n) => repid.job('square', { args: n }) as Job),
          last,
        ),
      );
      const total = generate((n) => n * n).reduce((before, value) => before + value);
      expect(await last.waitForResult(POLL)).toMatchObject({ success: true, data: total });
    });
  });
});

function onRedis(url: string, prefix: string): Repid {
  return new Repid({
    messageBroker: new RedisMessageBroker(url, { prefix }),
    resultsBucketBroker: new RedisBucketBroker(url, { prefix }),
    onEvent: () => {},
  });
}

/** Runs `act` with a worker on the same connection. */
async function withWorker(repid: Repid, act: (repid: Repid) => Promise<void>): Promise<void> {
  const worker = new Worker(repid.producer, new Router(actors), { handleSignals: [] });
  const work = worker.run();
  try {
    await act(repid);
  } finally {
    await worker.stop();
    await work;
    await repid.disconnect();
  }
}

function generate<Item>(make: (n: number) => Item): Item[] {
  return Array.from({ length: MANY }, (_, n) => make(n));
}
