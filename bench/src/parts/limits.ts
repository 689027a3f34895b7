import { cpus } from 'node:os';
import type { Measured, Unit } from '../figure.js';
import type { Stage } from '../stage.js';
import { figures } from './figures.js';
import { flood, placeOf, type Flooded } from './flood.js';
import { takeTurns, type RunKind, type Turns } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import type { PlainCase } from './plain-cases.js';
import { scarcest } from './scarcest.js';

/** How long is sent to find the cost, in milliseconds. */
const SENT_FOR = 600;

/** How long a worker may take for what was sent to find its cost, in milliseconds. */
const PATIENCE = 20_000;

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
  measure: async (stage) => figuresOf(await takeTurns(stage, CASES, (one, kind) => findLimit(stage, one, kind))),
};

const CASES: readonly PlainCase[] = [
  { scenario: 'one Redis', subject: 'repid', variant: 'bare' },
  { scenario: 'one Redis', subject: 'repid', variant: 'result' },
  { scenario: 'one Redis', subject: 'bullmq', variant: 'result' },
];

interface Limit extends Flooded {
  /** Jobs a second at which the thread of Redis would be full. */
  readonly full: number;
}

async function findLimit(stage: Stage, one: PlainCase, kind: RunKind): Promise<Limit> {
  const full = 1 / (await costOfOne(stage, one));
  const flooded = await flood(stage, one, kind === 'measured' ? stage.size(1_000, 500) : 200);
  if (kind === 'measured') tell(one, flooded);
  return { full, ...flooded };
}

function tell({ subject, variant }: PlainCase, flooded: Flooded): void {
  const { what, busy } = scarcest(flooded, cpus().length);
  console.error(`    ${subject} ${variant}: nearest to its end, ${what}: ${Math.round(busy * 100)} % busy.`);
}

/** CPU seconds of Redis for a job, from being sent to being done. */
async function costOfOne(stage: Stage, one: PlainCase): Promise<number> {
  const { redis } = stage;
  const place = placeOf(stage, one);
  const { producer, worker } = await stage.pair(one.subject);
  await redis.flush();
  const before = await redis.cpuSeconds();
  const duration = stage.size(SENT_FOR, SENT_FOR / 2);
  const { sent } = await producer.run('enqueue', { place, sending: 'in flight', duration });
  const { handled } = await worker.run('drain', { place, expected: sent, longest: PATIENCE });
  const cost = ((await redis.cpuSeconds()) - before) / sent;
  checkNoneIsMissing(sent, handled, 0);
  return cost;
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
