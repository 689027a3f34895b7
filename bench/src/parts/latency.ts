import type { Stage } from '../stage.js';
import { CONCURRENCY } from './concurrency.js';
import { heard } from './heard.js';
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

function listenOnce(stage: Stage, { subject, variant }: PlainCase, kind: RunKind): Promise<number[]> {
  const place = { url: stage.redis.url, variant, concurrency: CONCURRENCY };
  return heard(stage, subject, 'sendSpaced', { place, count: kind === 'measured' ? 1_000 : 100 });
}
