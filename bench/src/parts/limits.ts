import { sum } from 'd3-array';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fixture } from '../fixture.js';
import { machineTime } from '../tasks/timing.js';
import { bottleneckOf, BUSY_SCENARIOS, type BusyCores } from './bottleneck.js';
import { Driver } from './driver.js';
import { RATE, type Jobs, type Part } from './part.js';

/** How long the worker may take for the jobs that measure the cost, in milliseconds. */
const TIMEOUT = 20_000;

/** How long processes may take to start, in milliseconds. */
const START_TIME = 700;

const CORES = { unit: 'cores', better: 'neither' } as const;

const MEASURED: readonly Jobs[] = [
  { subject: 'repid', variant: 'bare' },
  { subject: 'repid', variant: 'result' },
  { subject: 'bullmq', variant: 'result' },
];

/**
 * At what rate is one Redis saturated? At one CPU second per second for sending and settling jobs. If clients share the
 * machine with it, they are the bottleneck before that. So the rate that they reach is measured too, and the use of cores.
 */
export const limits: Part = {
  name: 'limits',
  question: 'At what rate is one Redis full, and what is exhausted first on this machine?',
  ...RATE,
  cases: (fixture) =>
    MEASURED.map((jobs) => ({
      ...{ scenario: 'one Redis', ...jobs },
      async measure(isWarmUp) {
        const full = await fullAt(fixture, jobs);
        const { rate, busy } = await saturate(fixture, jobs, isWarmUp ? 200 : fixture.size(1_000, 500));
        if (!isWarmUp) console.error(`    ${jobs.subject} ${jobs.variant}: ${bottleneckOf(busy, cpus().length)} busy.`);
        return [
          { scenario: 'thread of Redis full at', value: full },
          { scenario: 'reached by 2 producers, 2 workers', value: rate },
          ...BUSY_SCENARIOS.map(([key, scenario]) => ({ scenario, ...CORES, value: busy[key] })),
        ];
      },
    })),
};

/** Returns the rate at which the thread of Redis is saturated, by its CPU time for sending and settling a job. */
async function fullAt(fixture: Fixture, jobs: Jobs): Promise<number> {
  const driver = await Driver.start(fixture, jobs);
  const { cpu } = await driver.measure(async () => {
    const { total } = await driver.enqueue('in flight', fixture.size(600, 300));
    return driver.drain({ expected: total, maxDuration: TIMEOUT });
  });
  if (driver.left > 0) throw new Error(`Not all jobs ended within ${TIMEOUT} ms.`);
  return 10_000 / cpu!.redis;
}

/** Sends while workers work, for `duration` milliseconds after all have started. */
async function saturate(fixture: Fixture, jobs: Jobs, duration: number): Promise<{ rate: number; busy: BusyCores }> {
  const driver = await Driver.start(fixture, { ...jobs, producers: 2, workers: 2 });
  const notBefore = machineTime() + START_TIME;
  const [worked, sent, others] = await Promise.all([
    driver.drain({ expected: Infinity, maxDuration: duration, notBefore }),
    driver.enqueue('in flight', START_TIME + duration),
    busyBetween(fixture, notBefore, duration),
  ]);
  await driver.check();
  const [producers, workers] = [sent.cpuSeconds / sent.seconds, worked.cpuSeconds / worked.seconds];
  return { rate: worked.jobs / worked.seconds, busy: { producers, workers, ...others } };
}

async function busyBetween(
  { redis }: Fixture,
  start: number,
  duration: number,
): Promise<Pick<BusyCores, 'redis' | 'idle'>> {
  await sleep(start - machineTime());
  const [startedAt, redisBefore, idleBefore] = [machineTime(), await redis.cpuSeconds(), idleSeconds()];
  await sleep(duration);
  const [redisSeconds, idle] = [(await redis.cpuSeconds()) - redisBefore, idleSeconds() - idleBefore];
  const seconds = (machineTime() - startedAt) / 1_000;
  return { redis: redisSeconds / seconds, idle: idle / seconds };
}

/** Returns the use of all cores by all processes. */
function idleSeconds(): number {
  return sum(cpus(), ({ times }) => times.idle) / 1_000;
}
