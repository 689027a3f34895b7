import { entryOf, type SubjectName } from '../subjects/catalogue.js';
import type { Sending } from '../subjects/subject.js';
import { machineTime } from '../tasks/timing.js';
import { Driver, START_TIME } from './driver.js';
import { ALL_JOBS, DISTINCT, partOf, RATE, RESULTLESS, type Jobs } from './part.js';

const SENDINGS: readonly Sending[] = ['one at a time', '100 in flight', 'in bulk, 1,000 each'];

export const enqueue = partOf({
  ...{ name: 'enqueue', question: 'How many jobs does one producer send?', ...RATE },
  cases: () => SENDINGS.flatMap((scenario) => DISTINCT.map((jobs) => ({ scenario, ...jobs }))),
  async measure(one, fixture) {
    const driver = await Driver.start(fixture, one, { workers: 0 });
    return driver.measure(() => driver.enqueue(one.scenario, fixture.size(600, 300)));
  },
});

/** How much longer producers send than the worker's window lasts, in milliseconds: the worker starts later. */
const MARGIN = 500;

export const working = partOf({
  ...{ name: 'working', question: 'How many jobs are done while others are being sent?', ...RATE },
  cases: () => RESULTLESS.map((jobs) => ({ scenario: '100 in flight, concurrency 100', ...jobs })),
  async measure(jobs, fixture) {
    const maxDuration = fixture.size(800, 400);
    const driver = await Driver.start(fixture, jobs);
    return driver.measure(async () => {
      const draining = driver.drain({ expected: Infinity, maxDuration });
      const [work] = await Promise.all([draining, driver.enqueue('100 in flight', maxDuration + MARGIN)]);
      return work;
    });
  },
});

/** The factor of runs at concurrency 1, because subjects differ least there and noise matters most. */
const RUNS_FACTOR_AT_1 = 5;

/** The minimum number of queued jobs, and their ratio to the jobs that end in the window at the rate of the warm-up. */
const MIN_QUEUED = 2_000;
const QUEUED_FACTOR = 1.5;

/** Slow subjects take longer to send jobs than to end them, so the warm-up determines how many jobs they need for the window. */
export const drain = partOf({
  ...{ name: 'drain', question: 'How many queued no-op jobs does one worker end?', ...RATE },
  runs: (asked, scenario) => (scenario === 'concurrency 1' ? asked * RUNS_FACTOR_AT_1 : asked),
  cases: () =>
    [1_000, 100, 10, 1].flatMap((concurrency) =>
      ALL_JOBS.filter((jobs) => concurrency === 100 || isSimplest(jobs)).map((jobs) => ({
        ...{ scenario: `concurrency ${concurrency}`, ...jobs, concurrency },
      })),
    ),
  async measure({ concurrency, ...jobs }, fixture, warmUp) {
    const [maxQueued, maxDuration] = fixture.size([50_000, 600], [10_000, 400]);
    const needed = warmUp ? Math.ceil((warmUp.value * maxDuration * QUEUED_FACTOR) / 1_000) : maxQueued / 2;
    const expected = Math.min(maxQueued, Math.max(MIN_QUEUED, needed));
    const driver = await Driver.start(fixture, jobs, { concurrency });
    await driver.preload(expected);
    return driver.measure(() => driver.drain({ expected, maxDuration }));
  },
});

/** True for the first variant of each subject, without @nestjs/bullmq, whose worker is BullMQ's. */
function isSimplest({ subject, variant }: Jobs): boolean {
  return subject !== 'nestjs-bullmq' && variant === entryOf(subject).variants[0];
}

/** Fewer runs than in other parts, because only the trend matters. */
const SCALING_RUNS = 3;

/** More jobs than all workers process in their window. */
const PLENTY = 300_000;

/** Jobs of the warm-up, at most. */
const MAX_WARM_UP = 50_000;

export const scaling = partOf({
  name: 'scaling',
  question: 'How does the rate of a drain change with processes, channels and queued jobs?',
  ...RATE,
  runs: (asked) => Math.min(SCALING_RUNS, asked),
  cases: (isQuick) => [
    ...[1, 2, 4].map((workers) => scale('worker processes', workers, PLENTY, { workers })),
    ...[1, 10, 100].map((channels) => scale('channels', channels, isQuick ? 10_000 : 50_000, { channels })),
    ...(isQuick ? [10, 1_000, 100_000] : [100, 10_000, 1_000_000]).map((queued) => scale('queued', queued, queued)),
  ],
  async measure({ subject, queued, options }, fixture, warmUp) {
    const expected = warmUp ? queued : Math.min(queued, MAX_WARM_UP);
    const driver = await Driver.start(fixture, { subject, variant: 'bare' }, options);
    await driver.preload(expected);
    const sample = await driver.measure(() => {
      const notBefore = options.workers && machineTime() + START_TIME;
      return driver.drain({ expected, maxDuration: fixture.size(700, 400), notBefore });
    });
    if (expected === PLENTY && driver.left === 0) throw new Error(`${PLENTY} jobs are too few.`);
    return sample;
  },
});

function scale(scenario: string, value: number, queued: number, options: { workers?: number; channels?: number } = {}) {
  const subject: SubjectName = options.channels === undefined ? 'repid' : 'repid-core';
  return { scenario, subject, variant: value.toLocaleString('en'), queued, options };
}
