import { redisMemory } from '../redis-statistics.js';
import { Driver } from './driver.js';
import { DISTINCT, partOf } from './part.js';

/** The size of queued jobs differs little between runs, so there is one run. What remains varies, and is not compared. */
export const memory = partOf({
  name: 'memory',
  question: 'How much memory does Redis need for each queued job, and what is left when all are done?',
  ...{ unit: 'bytes', better: 'lower' },
  runs: () => 1,
  cases: () => DISTINCT.map((jobs) => ({ scenario: 'queued and done', ...jobs })),
  async measure(jobs, fixture, warmUp) {
    const { redis } = fixture;
    const count = warmUp ? fixture.size(100_000, 10_000) : 1_000; // The warm-up loads the scripts.
    const driver = await Driver.start(fixture, jobs);
    const empty = await redisMemory(redis);
    await driver.preload(count);
    const queued = (await redisMemory(redis)) - empty;
    await driver.drain({ expected: count });
    await driver.check();
    const [bytesLeft, keysLeft] = [(await redisMemory(redis)) - empty, await redis.dbsize()];
    return [
      { scenario: 'each queued', value: queued / count },
      { scenario: 'left when all are done', better: 'neither', value: bytesLeft },
      { scenario: 'left when all are done, keys', unit: 'keys', better: 'neither', value: keysLeft },
    ];
  },
});

/** The maximum number of queued jobs: the worker is measured. */
const MAX_QUEUED = 20_000;

const MEBIBYTE = 2 ** 20;

export const heap = partOf({
  name: 'heap',
  question: 'Does the heap of a worker grow with the jobs that it has done?',
  ...{ unit: 'MiB', better: 'lower' },
  runs: () => 1,
  cases: () => [{ scenario: 'a million jobs', subject: 'repid', variant: 'job' } as const],
  async measure(jobs, fixture, warmUp) {
    const count = warmUp ? fixture.size(1_000_000, 100_000) : 20_000;
    const driver = await Driver.start(fixture, jobs);
    const { worker, settings } = driver;
    await worker.begin(settings);
    const sending = driver.preload(count, MAX_QUEUED);
    await worker.settle(count / 10);
    const early = await worker.heapUsed();
    await Promise.all([worker.settle(count), sending]);
    const late = await worker.heapUsed();
    await worker.end();
    return [
      { scenario: 'after a tenth', value: early / MEBIBYTE },
      { scenario: 'after all', value: late / MEBIBYTE },
      { scenario: 'after all to after a tenth', unit: 'ratio', value: late / early },
    ];
  },
});
