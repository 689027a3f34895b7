import type { Stage } from '../stage.js';
import { CONCURRENCY } from './concurrency.js';
import { heard } from './heard.js';
import { takeTurns, type RunKind } from './interleaved.js';
import type { Part } from './part.js';
import { plainCases, type PlainCase } from './plain-cases.js';
import { MILLISECONDS, percentilesOf } from './percentiles.js';

const SCENARIO = 'idle';

/** What was sent has come by the next. */
const SAMPLES = { count: 1_000, pause: [1, 3] } as const;

/** While their code is being compiled, some of a hundred jobs come milliseconds late; so that is left to before, for all alike. */
const WARM_UP = { count: 4_000 } as const;

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
  return heard(stage, subject, 'sendSpaced', { place, ...(kind === 'measured' ? SAMPLES : WARM_UP) });
}
