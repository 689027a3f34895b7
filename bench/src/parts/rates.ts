import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { entryOf, SUBJECT_NAMES, type SubjectName } from '../subjects/catalogue.js';
import type { Sending } from '../subjects/subject.js';
import { machineTime } from '../tasks/timing.js';
import { Driver } from './driver.js';
import { DISTINCT, RATE, RESULTLESS, type Jobs, type Part } from './part.js';

const SENDINGS: readonly (readonly [Sending, scenario: string])[] = [
  ['one at a time', 'one at a time'],
  ['in flight', '100 in flight'],
  ['bulk', 'in bulk, 1,000 each'],
];

export const enqueue: Part = {
  ...{ name: 'enqueue', question: 'How many jobs does one producer send?', ...RATE },
  cases: (fixture) =>
    SENDINGS.flatMap(([sending, scenario]) =>
      DISTINCT.map((jobs) => ({
        ...{ scenario, ...jobs },
        async measure(isWarmUp) {
          const duration = isWarmUp ? fixture.size(400, 200) : fixture.size(600, 300);
          const driver = await Driver.start(fixture, { ...jobs, workers: 0 });
          return driver.measure(() => driver.enqueue(sending, duration));
        },
      })),
    ),
};

/** How much longer producers send than the worker's window lasts, in milliseconds: the worker starts later. */
const MARGIN = 500;

export const working: Part = {
  ...{ name: 'working', question: 'How many jobs are done while others are being sent?', ...RATE },
  cases: (fixture) =>
    RESULTLESS.map((jobs) => ({
      ...{ scenario: '100 in flight, concurrency 100', ...jobs },
      async measure(isWarmUp) {
        const maxDuration = isWarmUp ? fixture.size(500, 300) : fixture.size(800, 400);
        const driver = await Driver.start(fixture, jobs);
        return driver.measure(async () => {
          const draining = driver.drain({ expected: Infinity, maxDuration });
          const [work] = await Promise.all([draining, driver.enqueue('in flight', maxDuration + MARGIN)]);
          return work;
        });
      },
    })),
};

/** The factor of runs at concurrency 1, because subjects differ least there and noise matters most. */
const RUNS_FACTOR_AT_1 = 5;

/** The minimum number of queued jobs, and their ratio to the jobs that end in the window at the rate of the warm-up. */
const MIN_QUEUED = 2_000;
const QUEUED_FACTOR = 1.5;

export const drain: Part = {
  ...{ name: 'drain', question: 'How many queued no-op jobs does one worker end?', ...RATE },
  runs: (asked, scenario) => (scenario === 'concurrency 1' ? asked * RUNS_FACTOR_AT_1 : asked),
  cases: (fixture) =>
    [1_000, 100, 10, 1].flatMap((concurrency) =>
      SUBJECT_NAMES.flatMap((subject) => drainedAt(concurrency, subject)).map((jobs) =>
        drainCase(fixture, jobs, concurrency),
      ),
    ),
};

/** All variants at concurrency 100; otherwise the simplest one, without @nestjs/bullmq, whose worker is BullMQ's. */
function drainedAt(concurrency: number, subject: SubjectName): Jobs[] {
  const all = entryOf(subject).variants.map((variant) => ({ subject, variant }));
  if (concurrency === 100) return all;
  return subject === 'nestjs-bullmq' ? [] : all.slice(0, 1);
}

/** Slow subjects take longer to send jobs than to end them, so the warm-up determines how many jobs they need for the window. */
function drainCase(fixture: Fixture, jobs: Jobs, concurrency: number) {
  const [maxQueued, maxDuration] = fixture.size([50_000, 600], [10_000, 400]);
  let queued = maxQueued / 2;
  return {
    ...{ scenario: `concurrency ${concurrency}`, ...jobs },
    async measure(isWarmUp: boolean): Promise<Sample> {
      const driver = await Driver.start(fixture, { ...jobs, concurrency });
      await driver.preload(queued);
      const sample = await driver.measure(() => driver.drain({ expected: queued, maxDuration }));
      const needed = Math.ceil((sample.value * maxDuration * QUEUED_FACTOR) / 1_000);
      if (isWarmUp) queued = Math.min(maxQueued, Math.max(MIN_QUEUED, needed));
      return sample;
    },
  };
}

/** Fewer runs than in other parts, because only the trend matters. */
const SCALING_RUNS = 3;

/** How long several workers may take to start, in milliseconds: they are measured after all have started. */
const START_TIME = 600;

/** More jobs than all workers process in their window. */
const PLENTY = 300_000;

export const scaling: Part = {
  name: 'scaling',
  question: 'How does the rate of a drain change with processes, channels and queued jobs?',
  ...RATE,
  runs: (asked) => Math.min(SCALING_RUNS, asked),
  cases: (fixture) => [
    ...[1, 2, 4].map((workers) => scalingCase(fixture, 'worker processes', workers, PLENTY, { workers })),
    ...[1, 10, 100].map((channels) =>
      scalingCase(fixture, 'channels', channels, fixture.size(50_000, 10_000), { channels }),
    ),
    ...fixture
      .size([100, 10_000, 1_000_000], [10, 1_000, 100_000])
      .map((queued) => scalingCase(fixture, 'queued', queued, queued)),
  ],
};

interface Scale {
  readonly workers?: number;
  readonly channels?: number;
}

function scalingCase(fixture: Fixture, scenario: string, value: number, queued: number, scale: Scale = {}) {
  const subject: SubjectName = scale.channels === undefined ? 'repid' : 'repid-core';
  return {
    ...{ scenario, subject, variant: value.toLocaleString('en') },
    async measure(isWarmUp: boolean): Promise<Sample> {
      const expected = isWarmUp ? Math.min(queued, 50_000) : queued;
      const driver = await Driver.start(fixture, { subject, variant: 'bare', ...scale });
      await driver.preload(expected);
      const sample = await driver.measure(() => {
        const notBefore = scale.workers && machineTime() + START_TIME;
        return driver.drain({ expected, maxDuration: fixture.size(700, 400), notBefore });
      });
      if (!isWarmUp && queued === PLENTY && driver.left === 0) throw new Error(`${PLENTY} jobs are too few.`);
      return sample;
    },
  };
}
