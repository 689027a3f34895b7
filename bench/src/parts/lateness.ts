import type { Stage } from '../stage.js';
import type { SubjectName } from '../subjects/catalogue.js';
import { CONCURRENCY } from './concurrency.js';
import { heard } from './heard.js';
import { takeTurns, type RunKind } from './interleaved.js';
import type { Part } from './part.js';
import type { PlainCase } from './plain-cases.js';
import { MILLISECONDS, percentilesOf } from './percentiles.js';

const SCENARIO = 'delayed';

/** Those that can delay jobs, each once. */
const SUBJECTS: readonly SubjectName[] = ['repid', 'bullmq', 'bee-queue', 'groupmq'];

/**
 * How long after it is due does a delayed job come to the handler? Systems that know whole milliseconds only may be up
 * to one early.
 */
export const lateness: Part = {
  name: 'lateness',
  asks: 'How late do delayed jobs come to the handler?',
  unit: MILLISECONDS,
  measure: async (stage) =>
    percentilesOf(SCENARIO, await takeTurns(stage, cases(), (one, kind) => delayOnce(stage, one, kind))),
};

function cases(): PlainCase[] {
  return SUBJECTS.map((subject) => ({ scenario: SCENARIO, subject, variant: 'job' }));
}

/** Delays of 10 ms to two seconds. */
function delayOnce(stage: Stage, { subject, variant }: PlainCase, kind: RunKind): Promise<number[]> {
  const place = { url: stage.redis.url, variant, concurrency: CONCURRENCY, isDelayed: true };
  const size = kind === 'measured' ? { count: 300, longest: 2_000 } : { count: 100, longest: 300 };
  return heard(stage, subject, 'sendLater', { place, ...size });
}
