import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineTime } from '../clock.js';
import type { Stage } from '../stage.js';
import { sumOf } from '../statistics.js';
import type { Place } from '../subjects/subject.js';
import { CONCURRENCY } from './concurrency.js';
import type { Shares } from './scarcest.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { PlainCase } from './plain-cases.js';

/** How long processes may take to be under way, in milliseconds. */
const START = 700;

/** Each producer's ids begin so far from the other's. */
const ID_RANGE = 2_000_000;

/** Jobs a second, and whose CPU they took. */
export interface Flooded extends Shares {
  readonly reached: number;
}

/** Two producers send while two workers take, for so many milliseconds after all are under way. */
export async function flood(stage: Stage, one: PlainCase, duration: number): Promise<Flooded> {
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

/** Where it is flooded. */
export function placeOf({ redis }: Stage, { variant }: PlainCase): Place {
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
