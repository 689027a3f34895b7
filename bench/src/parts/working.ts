import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import { SUBJECT_NAMES, variantsOf } from '../subjects/catalogue.js';
import { CONCURRENCY } from './concurrency.js';
import { drainedSample } from './drained-sample.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import type { PlainCase } from './plain-cases.js';

/** How much longer than the worker's window jobs are sent, in milliseconds: the worker begins later. */
const MARGIN = 500;

/** How many jobs a second are done while others are being sent to the same Redis? */
export const working: Part = {
  name: 'working',
  asks: 'How many jobs are done while others are being sent?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) => interleaved(stage, cases(), (one, kind) => workOnce(stage, one, kind)),
};

function cases(): PlainCase[] {
  return SUBJECT_NAMES.flatMap((subject) =>
    variantsOf(subject)
      .filter((variant) => variant !== 'result')
      .map((variant) => ({ scenario: '100 in flight, concurrency 100', subject, variant })),
  );
}

async function workOnce(stage: Stage, { subject, variant }: PlainCase, kind: RunKind): Promise<Sample> {
  const { redis } = stage;
  const { producer, worker } = await stage.pair(subject);
  const longest = kind === 'measured' ? stage.size(800, 400) : stage.size(500, 300);
  const place = { url: redis.url, variant, concurrency: CONCURRENCY };
  await redis.flush();
  const cpuBefore = await redis.cpuSeconds();
  const [drained, enqueued] = await Promise.all([
    worker.run('drain', { place, expected: Number.MAX_SAFE_INTEGER, longest }),
    producer.run('enqueue', { place, sending: 'in flight', duration: longest + MARGIN }),
  ]);
  const redisSeconds = (await redis.cpuSeconds()) - cpuBefore;
  checkNoneIsMissing(enqueued.sent, drained.handled, await producer.run('left', place));
  return drainedSample(drained, redisSeconds);
}
