import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import { SUBJECT_NAMES, variantsOf, type SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';
import { drainedSample } from './drained-sample.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';

/**
 * How many a worker may have in hand at once. At one of them everything is measured, at the others the plainest variant of
 * each, without @nestjs/bullmq, whose worker is BullMQ's own.
 */
const CONCURRENCIES = [1, 10, 100, 1_000];
const ALL_AT = 100;

/** What lies there where few are in hand at once: about what the fastest ends within the window. */
const QUEUED: Readonly<Record<number, number>> = { 1: 10_000, 10: 30_000 };

/** How many no-op jobs a second does a worker end that lie there already? */
export const drain: Part = {
  name: 'drain',
  asks: 'How many no-op jobs that lie there already does one worker end?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) => interleaved(stage, cases(), (one, kind) => drainOnce(stage, one, kind)),
};

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

async function drainOnce(stage: Stage, one: DrainCase, kind: RunKind): Promise<Sample> {
  const { redis } = stage;
  const count = stage.size(QUEUED[one.concurrency] ?? 50_000, 10_000);
  const longest = kind === 'measured' ? stage.size(800, 400) : stage.size(400, 300);
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
