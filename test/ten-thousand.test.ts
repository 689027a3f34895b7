import { type Actor, chain, chord, defineActor, type Job, Repid, Router, Worker } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from './support/redis-server.js';

const MANY = 10_000;
const PATIENTLY = { timeout: 110_000 };

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
  it('one after the other give the result of the last', { timeout: 120_000 }, async () => {
    await working(connect(), async (repid) => {
      const jobs = chain(numbered(() => repid.job('count') as Job));
      await repid.enqueue(jobs);
      expect(await jobs.at(-1)!.waitForResult(PATIENTLY)).toMatchObject({ success: true, data: MANY });
    });
  });

  it('side by side give their results to the one that waits for all', { timeout: 120_000 }, async () => {
    await working(connect(), async (repid) => {
      const last = repid.job('sum') as Job;
      await repid.enqueue(
        chord(
          numbered((n) => repid.job('square', { args: n }) as Job),
          last,
        ),
      );
      const total = numbered((n) => n * n).reduce((before, value) => before + value);
      expect(await last.waitForResult(PATIENTLY)).toMatchObject({ success: true, data: total });
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

/** With a worker on the same connection. */
async function working(repid: Repid, act: (repid: Repid) => Promise<void>): Promise<void> {
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

function numbered<Item>(make: (n: number) => Item): Item[] {
  return Array.from({ length: MANY }, (_, n) => make(n));
}
