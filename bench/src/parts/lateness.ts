import type { Stage } from '../stage.js';
import type { SubjectName } from '../subjects/catalogue.js';
import { CONCURRENCY } from './concurrency.js';
import { takeTurns, type RunKind } from './interleaved.js';
import type { Part } from './part.js';
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

interface LatenessCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  readonly variant: 'job';
}

function cases(): LatenessCase[] {
  return SUBJECTS.map((subject) => ({ scenario: SCENARIO, subject, variant: 'job' }));
}

/** Delays of 10 ms to two seconds. */
async function delayOnce(stage: Stage, { subject, variant }: LatenessCase, kind: RunKind): Promise<number[]> {
  const { redis } = stage;
  const { producer, worker } = await stage.pair(subject);
  const place = { url: redis.url, variant, concurrency: CONCURRENCY, isDelayed: true };
  const order = { place, ...(kind === 'measured' ? { count: 300, longest: 2_000 } : { count: 100, longest: 300 }) };
  await redis.flush();
  const listening = worker.begin('listen', order);
  await listening.inPlace;
  const due = await producer.run('sendLater', order);
  const came = await listening.answer;
  return came.map((time, id) => time - due[id]!);
}
