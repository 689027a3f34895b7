import type { Case, Measured, Unit } from '../figure.js';
import type { Stage } from '../stage.js';
import { CONCURRENCY } from './concurrency.js';
import { figures } from './figures.js';
import { takeTurns, type RunKind, type Turns } from './interleaved.js';
import type { Part } from './part.js';

/** Jobs that lie there at most: it is the worker that is looked at. */
const BOUND = 20_000;

/** One run is long. */
const RUNS = 1;

/** How long a run may take, in milliseconds. */
const PATIENCE = 150_000;

const MEBIBYTE = 2 ** 20;
const SIZE: Unit = { name: 'MiB', better: 'lower' };
const RATIO: Unit = { name: 'ratio', better: 'lower' };

/** Does the heap of a worker grow with the jobs that it has done? */
export const heap: Part = {
  name: 'heap',
  asks: 'Does the heap of a worker grow with the jobs that it has done?',
  unit: SIZE,
  measure: async (stage) => figuresOf(await takeTurns(stage, [CASE], (_, kind) => heapOnce(stage, kind), RUNS)),
};

const CASE = { scenario: 'a million jobs', subject: 'repid', variant: 'job' } as const;

/** What is in use after a tenth of the jobs, and after all. */
async function heapOnce(stage: Stage, kind: RunKind): Promise<readonly number[]> {
  const { redis } = stage;
  const { subject, variant } = CASE;
  const count = kind === 'measured' ? stage.size(1_000_000, 100_000) : 20_000;
  const { producer, worker } = await stage.pair(subject);
  const place = { url: redis.url, variant, concurrency: CONCURRENCY };
  await redis.flush();
  const [used] = await Promise.all([
    worker.run('heap', { place, marks: [count / 10, count] }, PATIENCE),
    producer.run('feed', { place, count, bound: BOUND }, PATIENCE),
  ]);
  return used;
}

function figuresOf(turns: readonly Turns<Case, readonly number[]>[]): Measured[] {
  return [
    ...figures(turns, 'after a tenth', SIZE, ([early]) => early! / MEBIBYTE),
    ...figures(turns, 'after all', SIZE, ([, late]) => late! / MEBIBYTE),
    ...figures(turns, 'after all to after a tenth', RATIO, ([early, late]) => late! / early!),
  ];
}
