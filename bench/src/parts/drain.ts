import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import { SUBJECT_NAMES, variantsOf, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';
import { drainedSample } from './drained-sample.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';

/**
 * How many a worker may run at once. At one of them everything is measured, at the others the plainest variant of
 * each, without @nestjs/bullmq, whose worker is BullMQ's own.
 */
const CONCURRENCIES = [1_000, 100, 10, 1];
const ALL_AT = 100;

/** One at a time all are nearest to each other, and few turns would be decided by noise: so it is measured so many times as often. */
const ALONE = 'concurrency 1';
const TIMES_ALONE = 5;

/** What lies there at most, and at least. */
const MOST = { full: 50_000, quick: 10_000 };
const LEAST = 2_000;

/** So much more lies there than was ended at the rate of the warm-up. */
const MARGIN = 1.5;

/** How many no-op jobs a second does a worker end that lie there already? */
export const drain: Part = {
  name: 'drain',
  asks: 'How many no-op jobs that lie there already does one worker end?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure(stage) {
    const window = stage.size(600, 400);
    const most = stage.size(MOST.full, MOST.quick);
    const enough = new Map<DrainCase, number>();
    const measure = async (one: DrainCase, kind: RunKind): Promise<Sample> => {
      if (kind === 'measured') return drainOnce(stage, one, enough.get(one) ?? most, window);
      const sample = await drainOnce(stage, one, most / 2, window);
      enough.set(one, enoughFor(sample.value, window, most));
      return sample;
    };
    const { runs } = stage.options;
    return interleaved(stage, cases(), measure, (scenario) => (scenario === ALONE ? runs * TIMES_ALONE : runs));
  },
};

/** Sending takes slow ones longer than ending jobs: so no more lies there than they need to be busy for the window. */
function enoughFor(rate: number, window: number, most: number): number {
  return Math.min(most, Math.max(LEAST, Math.ceil((rate * window * MARGIN) / 1_000)));
}

interface DrainCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  readonly variant: Variant;
  readonly concurrency: number;
}

function cases(): DrainCase[] {
  return CONCURRENCIES.flatMap((concurrency) =>
    SUBJECT_NAMES.flatMap((subject) =>
      variantsAt(concurrency, subject).map((variant) => ({
        scenario: `concurrency ${concurrency}`,
        ...{ subject, variant, concurrency },
      })),
    ),
  );
}

function variantsAt(concurrency: number, subject: SubjectName): readonly Variant[] {
  const variants = variantsOf(subject);
  if (concurrency === ALL_AT) return variants;
  return subject === 'nestjs-bullmq' ? [] : variants.slice(0, 1);
}

async function drainOnce(stage: Stage, one: DrainCase, count: number, longest: number): Promise<Sample> {
  const { redis } = stage;
  const { producer, worker } = await stage.pair(one.subject);
  const place = { url: redis.url, variant: one.variant, concurrency: one.concurrency };
  await redis.flush();
  await producer.run('preload', { place, count });
  const cpuBefore = await redis.cpuSeconds();
  const drained = await worker.run('drain', { place, expected: count, longest });
  const redisSeconds = (await redis.cpuSeconds()) - cpuBefore;
  checkNoneIsMissing(count, drained.handled, await producer.run('left', place));
  return drainedSample(drained, redisSeconds);
}
