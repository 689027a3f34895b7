import { chain, chord, defineActor, Repid, Router, Worker, type Job } from '@repid/core';
import { RedisBucketBroker, RedisMessageBroker } from '@repid/redis';

const SIZES = [100, 1_000, 10_000];

/** Of several runs the middle one is told. */
const RUNS = 3;

const ACTORS = new Router([defineActor({ name: 'step' }, () => 1), defineActor({ name: 'last' }, () => 1)]);

/** How the time for each dependency grows with the size of a graph: it should not. In memory, and on Redis where REDIS_URL is set. */
export async function growth(): Promise<void> {
  const rows = [];
  for (const [place, open] of places()) {
    for (const [shape, make] of Object.entries(SHAPES)) {
      const row: Record<string, string> = { place, shape };
      for (const size of SIZES) row[`${size} jobs, us each`] = (await middle(open, make, size)).toFixed(1);
      rows.push(row);
    }
  }
  console.table(rows);
}

const SHAPES: Readonly<Record<string, (repid: Repid, size: number) => readonly Job[]>> = {
  chain: (repid, size) => chain(jobs(repid, size)),
  'fan-in': (repid, size) => chord(jobs(repid, size), repid.job('last')),
};

function jobs(repid: Repid, size: number): Job[] {
  return Array.from({ length: size }, () => repid.job('step'));
}

function places(): [string, () => Repid][] {
  const url = process.env['REDIS_URL'];
  const memory: [string, () => Repid] = ['memory', () => new Repid()];
  return url === undefined ? [memory] : [memory, ['Redis', () => onRedis(url)]];
}

function onRedis(url: string): Repid {
  const options = { prefix: `repid-bench-${process.pid}` };
  const buckets = new RedisBucketBroker(url, options);
  return new Repid({
    messageBroker: new RedisMessageBroker(url, options),
    argsBucketBroker: buckets,
    resultsBucketBroker: buckets,
  });
}

async function middle(
  open: () => Repid,
  make: (repid: Repid, size: number) => readonly Job[],
  size: number,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await timed(open(), make, size));
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}

/** Microseconds from the first enqueued to the last settled, for each job. */
async function timed(
  repid: Repid,
  make: (repid: Repid, size: number) => readonly Job[],
  size: number,
): Promise<number> {
  await repid.connect();
  const graph = make(repid, size);
  const start = performance.now();
  await repid.enqueue(graph);
  await new Worker(repid.producer, ACTORS, { handleSignals: [] }).run({ messagesLimit: graph.length });
  const took = performance.now() - start;
  await repid.channel('default').delete();
  await repid.disconnect();
  return (took * 1_000) / graph.length;
}
