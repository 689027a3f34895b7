import { Driver } from './driver.js';
import { DISTINCT, type Part } from './part.js';

/** How long the worker may take for all jobs, in milliseconds. */
const TIMEOUT = 50_000;

const BYTES = { unit: 'bytes', better: 'lower' } as const;

/** The size of queued jobs differs little between runs, so there is one run. What remains varies, and is not compared. */
export const memory: Part = {
  name: 'memory',
  question: 'How much memory does Redis need for each queued job, and what is left when all are done?',
  ...BYTES,
  runs: () => 1,
  cases: (fixture) =>
    DISTINCT.map((jobs) => ({
      ...{ scenario: 'queued and done', ...jobs },
      async measure(isWarmUp) {
        const { redis } = fixture;
        const count = isWarmUp ? 1_000 : fixture.size(100_000, 10_000); // The warm-up loads the scripts.
        const driver = await Driver.start(fixture, jobs);
        const empty = await redis.memory();
        await driver.preload(count);
        const queued = (await redis.memory()) - empty;
        await driver.drain({ expected: count, maxDuration: TIMEOUT });
        await driver.check();
        const [bytesLeft, keysLeft] = [(await redis.memory()) - empty, await redis.keys()];
        return [
          { scenario: 'each queued', value: queued / count },
          { scenario: 'left when all are done', better: 'neither', value: bytesLeft },
          { scenario: 'left when all are done, keys', unit: 'keys', better: 'neither', value: keysLeft },
        ];
      },
    })),
};

/** The maximum number of queued jobs: the worker is measured. */
const MAX_QUEUED = 20_000;

const MEBIBYTE = 2 ** 20;

export const heap: Part = {
  name: 'heap',
  question: 'Does the heap of a worker grow with the jobs that it has done?',
  ...{ unit: 'MiB', better: 'lower' },
  runs: () => 1,
  cases: (fixture) => [
    {
      ...{ scenario: 'a million jobs', subject: 'repid', variant: 'job' },
      async measure(isWarmUp) {
        const count = isWarmUp ? 20_000 : fixture.size(1_000_000, 100_000);
        const driver = await Driver.start(fixture, { subject: 'repid', variant: 'job' });
        const measuring = driver.worker.run('heap', driver.settings, [count / 10, count]);
        const [used] = await Promise.all([measuring, driver.preload(count, MAX_QUEUED)]);
        const [early, late] = [used[0]!, used[1]!];
        return [
          { scenario: 'after a tenth', value: early / MEBIBYTE },
          { scenario: 'after all', value: late / MEBIBYTE },
          { scenario: 'after all to after a tenth', unit: 'ratio', value: late / early },
        ];
      },
    },
  ],
};
