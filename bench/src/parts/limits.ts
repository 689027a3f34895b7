import { sum } from 'd3-array';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fixture } from '../fixture.js';
import { redisCpuSeconds } from '../redis-statistics.js';
import { machineTime } from '../tasks/timing.js';
import { Driver, START_TIME } from './driver.js';
import { partOf, RATE, type Jobs, type Reading } from './part.js';

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
export const limits = partOf({
  name: 'limits',
  question: 'At what rate is one Redis full, and what is exhausted first on this machine?',
  ...RATE,
  cases: () => MEASURED.map((jobs) => ({ scenario: 'one Redis', ...jobs })),
  measure: async (jobs, fixture) => [await fullAt(fixture, jobs), ...(await saturate(fixture, jobs))],
});

/** Returns the rate at which the thread of Redis is saturated, by its CPU time for sending and settling a job. */
async function fullAt(fixture: Fixture, jobs: Jobs): Promise<Reading> {
  const driver = await Driver.start(fixture, jobs);
  const { cpu } = await driver.measure(async () => {
    const { total } = await driver.enqueue('100 in flight', fixture.size(600, 300));
    return driver.drain({ expected: total });
  });
  return { scenario: 'thread of Redis full at', value: 10_000 / cpu!.redis };
}

/** Sends while workers work. Measures after all have started. */
async function saturate(fixture: Fixture, jobs: Jobs): Promise<Reading[]> {
  const duration = fixture.size(1_000, 500);
  const driver = await Driver.start(fixture, jobs, { producers: 2, workers: 2 });
  const notBefore = machineTime() + START_TIME;
  const [worked, sent, [redis, idle]] = await Promise.all([
    driver.drain({ expected: Infinity, maxDuration: duration, notBefore }),
    driver.enqueue('100 in flight', START_TIME + duration),
    busyBetween(fixture, notBefore, duration),
  ]);
  await driver.check();
  return [
    { scenario: 'reached by 2 producers, 2 workers', value: worked.jobs / worked.seconds },
    { ...CORES, scenario: 'busy then: Redis', value: redis },
    { ...CORES, scenario: 'busy then: producers', value: sent.cpuSeconds / sent.seconds },
    { ...CORES, scenario: 'busy then: workers', value: worked.cpuSeconds / worked.seconds },
    { ...CORES, scenario: 'idle then', value: idle },
  ];
}

/** Returns how many cores Redis uses, and how many are idle. */
async function busyBetween(
  { redis }: Fixture,
  start: number,
  duration: number,
): Promise<[redis: number, idle: number]> {
  await sleep(start - machineTime());
  const [startedAt, redisBefore, idleBefore] = [machineTime(), await redisCpuSeconds(redis), idleSeconds()];
  await sleep(duration);
  const [redisSeconds, idle] = [(await redisCpuSeconds(redis)) - redisBefore, idleSeconds() - idleBefore];
  const seconds = (machineTime() - startedAt) / 1_000;
  return [redisSeconds / seconds, idle / seconds];
}

/** Returns how long all cores were idle so far. */
function idleSeconds(): number {
  return sum(cpus(), ({ times }) => times.idle) / 1_000;
}
