import type { Measured, Unit } from '../figure.js';
import type { Stage } from '../stage.js';
import { CONCURRENCY } from './concurrency.js';
import { figures } from './figures.js';
import { takeTurns, type RunKind, type Turns } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';
import { plainCases, type PlainCase } from './plain-cases.js';

/** What each takes is the same each time, within a few per cent; what is left varies. */
const RUNS = 1;

/** How long the worker may take for all, in milliseconds. */
const PATIENCE = 50_000;

const BYTES: Unit = { name: 'bytes', better: 'lower' };

/** What is left is told, not compared: next to nothing is not a number of times less than nothing. */
const BYTES_LEFT: Unit = { name: 'bytes', better: 'neither' };
const KEYS_LEFT: Unit = { name: 'keys', better: 'neither' };

/** How much memory does Redis need for each job that is queued, and how much is left when all are done? */
export const memory: Part = {
  name: 'memory',
  asks: 'How much memory does Redis need for each queued job, and what is left when all are done?',
  unit: BYTES,
  measure: async (stage) =>
    figuresOf(await takeTurns(stage, plainCases('queued and done'), (one, kind) => fillOnce(stage, one, kind), RUNS)),
};

/** In Redis, beyond what is there when it is empty. */
interface Filled {
  readonly each: number;
  readonly bytesLeft: number;
  readonly keysLeft: number;
}

async function fillOnce(stage: Stage, { subject, variant }: PlainCase, kind: RunKind): Promise<Filled> {
  const { redis } = stage;
  const count = kind === 'measured' ? stage.size(100_000, 10_000) : 1_000; // The warm-up brings the scripts.
  const { producer, worker } = await stage.pair(subject);
  const place = { url: redis.url, variant, concurrency: CONCURRENCY };
  await redis.flush();
  const empty = await redis.memory();
  await producer.run('preload', { place, count });
  const queued = (await redis.memory()) - empty;
  const { handled } = await worker.run('drain', { place, expected: count, longest: PATIENCE });
  checkNoneIsMissing(count, handled, await producer.run('left', place));
  return { each: queued / count, bytesLeft: (await redis.memory()) - empty, keysLeft: await redis.keys() };
}

function figuresOf(turns: readonly Turns<PlainCase, Filled>[]): Measured[] {
  return [
    ...figures(turns, 'each queued', BYTES, ({ each }) => each),
    ...figures(turns, 'left when all are done', BYTES_LEFT, ({ bytesLeft }) => bytesLeft),
    ...figures(turns, 'left when all are done, keys', KEYS_LEFT, ({ keysLeft }) => keysLeft),
  ];
}
