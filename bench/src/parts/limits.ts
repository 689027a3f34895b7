import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineTime } from '../clock.js';
import type { Measured, Unit } from '../figure.js';
import type { Stage } from '../stage.js';
import type { Place } from '../subjects/subject.js';
import { exhausted, type Shares } from './exhausted.js';
import { figures } from './figures.js';
import { takeTurns, type RunKind, type Turns } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import type { PlainCase } from './plain-cases.js';

const CONCURRENCY = 100;

/** Each takes long, and what is found differs by factors. */
const RUNS = 3;

/** How long processes may take to be under way, in milliseconds. */
const START = 700;

/** How long a worker may take for what was sent to find its cost, in milliseconds. */
const PATIENCE = 20_000;

/** Each producer's ids begin so far from the other's. */
const ID_RANGE = 2_000_000;

const RATE: Unit = { name: 'jobs/s', better: 'higher' };
const CORES: Unit = { name: 'cores', better: 'neither' };

/**
 * At what rate is one Redis full? Its thread is when its CPU time for taking jobs and for ending them fills a second. Where
 * clients share the machine with it, they are the limit before that: so what they reach is told beside it, and who was busy.
 */
export const limits: Part = {
  name: 'limits',
  asks: 'At what rate is one Redis full, and what is exhausted first on this machine?',
  unit: RATE,
  async measure(stage) {
    const runs = Math.min(RUNS, stage.options.runs);
    return figuresOf(await takeTurns(stage, CASES, (one, kind) => findLimit(stage, one, kind), runs));
  },
};

const CASES: readonly PlainCase[] = [
  { scenario: 'one Redis', subject: 'repid', variant: 'bare' },
  { scenario: 'one Redis', subject: 'repid', variant: 'result' },
  { scenario: 'one Redis', subject: 'bullmq', variant: 'result' },
];

/** Jobs a second, and whose CPU they took. */
interface Flooded extends Shares {
  readonly reached: number;
}

interface Limit extends Flooded {
  /** Jobs a second at which the thread of Redis would be full. */
  readonly full: number;
}

async function findLimit(stage: Stage, one: PlainCase, kind: RunKind): Promise<Limit> {
  const full = 1 / (await costOfOne(stage, one));
  const flooded = await flood(stage, one, kind === 'measured' ? stage.size(1_000, 500) : 200);
  if (kind === 'measured') console.error(`    ${one.subject} ${one.variant}: ${exhausted(flooded)}.`);
  return { full, ...flooded };
}

/** CPU seconds of Redis for a job, from being sent to being done. */
async function costOfOne(stage: Stage, one: PlainCase): Promise<number> {
  const { redis } = stage;
  const place = placeOf(stage, one);
  const [producer, worker] = [await stage.process(one.subject, 'producer'), await stage.process(one.subject, 'worker')];
  await redis.flush();
  const before = await redis.cpuSeconds();
  const { sent } = await producer.run('enqueue', { place, sending: 'in flight', duration: 400 });
  const { handled } = await worker.run('drain', { place, expected: sent, longest: PATIENCE });
  const cost = ((await redis.cpuSeconds()) - before) / sent;
  checkNoneIsMissing(sent, handled, 0);
  return cost;
}

/** Two producers send while two workers take, for so many milliseconds after all are under way. */
async function flood(stage: Stage, one: PlainCase, duration: number): Promise<Flooded> {
  const { redis } = stage;
  const place = placeOf(stage, one);
  const producers = [await stage.process(one.subject, 'producer', 1), await stage.process(one.subject, 'producer', 2)];
  const workers = [await stage.process(one.subject, 'worker', 1), await stage.process(one.subject, 'worker', 2)];
  await redis.flush();
  const notBefore = machineTime() + START;
  const drained = workers.map((worker) =>
    worker.run('drain', { place, expected: Number.MAX_SAFE_INTEGER, longest: duration, notBefore }),
  );
  const enqueued = producers.map((producer, n) =>
    producer.run('enqueue', { place, sending: 'in flight', duration: START + duration, firstId: n * ID_RANGE }),
  );
  const [shares, done, sent] = await Promise.all([
    sharesWithin(stage, notBefore, duration),
    Promise.all(drained),
    Promise.all(enqueued),
  ]);
  const handled = sumOf(done, (worker) => worker.handled);
  checkNoneIsMissing(
    sumOf(sent, (producer) => producer.sent),
    handled,
    await producers[0]!.run('left', place),
  );
  return {
    reached: sumOf(done, ({ settled, seconds }) => settled / seconds),
    ...shares,
    workers: sumOf(done, ({ cpuSeconds, seconds }) => cpuSeconds / seconds),
    producers: sumOf(sent, ({ cpuSeconds, seconds }) => cpuSeconds / seconds),
  };
}

function placeOf({ redis }: Stage, { variant }: PlainCase): Place {
  return { url: redis.url, variant, concurrency: CONCURRENCY };
}

/** In cores, from a time of the machine's clock on. */
async function sharesWithin({ redis }: Stage, from: number, duration: number): Promise<Pick<Shares, 'redis' | 'idle'>> {
  await sleep(from - machineTime());
  const [start, redisBefore, idleBefore] = [machineTime(), await redis.cpuSeconds(), idleSeconds()];
  await sleep(duration);
  const [redisSeconds, idle] = [(await redis.cpuSeconds()) - redisBefore, idleSeconds() - idleBefore];
  const seconds = (machineTime() - start) / 1_000;
  return { redis: redisSeconds / seconds, idle: idle / seconds };
}

/** Of all cores, in seconds: whoever keeps them busy, also others on the machine. */
function idleSeconds(): number {
  return sumOf(cpus(), ({ times }) => times.idle) / 1_000;
}

function sumOf<One>(all: readonly One[], valueOf: (one: One) => number): number {
  return all.reduce((sum, one) => sum + valueOf(one), 0);
}

function figuresOf(turns: readonly Turns<PlainCase, Limit>[]): Measured[] {
  return [
    ...figures(turns, 'thread of Redis full at', RATE, ({ full }) => full),
    ...figures(turns, 'reached by 2 producers, 2 workers', RATE, ({ reached }) => reached),
    ...figures(turns, 'busy then: Redis', CORES, ({ redis }) => redis),
    ...figures(turns, 'busy then: producers', CORES, ({ producers }) => producers),
    ...figures(turns, 'busy then: workers', CORES, ({ workers }) => workers),
    ...figures(turns, 'idle then', CORES, ({ idle }) => idle),
  ];
}
