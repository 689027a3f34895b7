import type { Stage } from '../stage.js';
import { CONCURRENCY } from './concurrency.js';
import { takeTurns, type RunKind } from './interleaved.js';
import type { Part } from './part.js';
import { plainCases, type PlainCase } from './plain-cases.js';
import { MILLISECONDS, percentilesOf } from './percentiles.js';

const SCENARIO = 'idle';

/** How long after it was sent does a job come to the handler of a system that has nothing else to do? */
export const latency: Part = {
  name: 'latency',
  asks: 'How long does a job take to the handler of an idle system?',
  unit: MILLISECONDS,
  measure: async (stage) =>
    percentilesOf(SCENARIO, await takeTurns(stage, plainCases(SCENARIO), (one, kind) => listenOnce(stage, one, kind))),
};

/** Five runs have 1,000 samples. */
async function listenOnce(stage: Stage, { subject, variant }: PlainCase, kind: RunKind): Promise<number[]> {
  const { redis } = stage;
  const { producer, worker } = await stage.pair(subject);
  const place = { url: redis.url, variant, concurrency: CONCURRENCY };
  const order = { place, count: kind === 'measured' ? 200 : 100 };
  await redis.flush();
  const listening = worker.begin('listen', order);
  await listening.inPlace;
  const sent = await producer.run('sendSpaced', order);
  const came = await listening.answer;
  return came.map((time, id) => time - sent[id]!);
}
