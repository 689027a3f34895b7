import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { entryOf, SUBJECT_NAMES, type SubjectName } from '../subjects/catalogue.js';
import type { Sending, Variant } from '../subjects/subject.js';
import { machineTime } from '../tasks/timing.js';
import { Driver } from './driver.js';
import { jobsWithoutResults, RATE, SENDERS, type Part } from './part.js';

const SENDINGS: readonly (readonly [Sending, scenario: string])[] = [
  ['one at a time', 'one at a time'],
  ['in flight', '100 in flight'],
  ['bulk', 'in bulk, 1,000 each'],
];

export const enqueue: Part = {
  name: 'enqueue',
  question: 'How many jobs does one producer send?',
  ...RATE,
  cases: (fixture) =>
    SENDINGS.flatMap(([sending, scenario]) =>
      jobsWithoutResults(SENDERS).map((jobs) => ({
        ...{ scenario, ...jobs },
        async measure(isWarmUp) {
          const driver = await Driver.start(fixture, { ...jobs, workers: 0 });
          const duration = isWarmUp ? fixture.size(400, 200) : fixture.size(600, 300);
          const sample = await driver.measure(() => driver.enqueue({ sending, duration }));
          await driver.countLeft();
          return sample;
        },
      })),
    ),
};

/** How much longer jobs are sent than the worker's window lasts, in milliseconds: the worker starts later. */
const MARGIN = 500;

export const working: Part = {
  name: 'working',
  question: 'How many jobs are done while others are being sent?',
  ...RATE,
  cases: (fixture) =>
    jobsWithoutResults(SUBJECT_NAMES).map((jobs) => ({
      ...{ scenario: '100 in flight, concurrency 100', ...jobs },
      async measure(isWarmUp) {
        const maxDuration = isWarmUp ? fixture.size(500, 300) : fixture.size(800, 400);
        const driver = await Driver.start(fixture, jobs);
        const sample = await driver.measure(async () => {
          const draining = driver.drain({ expected: Infinity, maxDuration });
          await Promise.all([draining, driver.enqueue({ sending: 'in flight', duration: maxDuration + MARGIN })]);
          return draining;
        });
        await driver.countLeft();
        return sample;
      },
    })),
};

/** At one concurrency all variants are measured, at the others the plainest of each, without @nestjs/bullmq, whose worker is BullMQ's own. */
const CONCURRENCIES = [1_000, 100, 10, 1];
const ALL_AT = 100;

/** At concurrency 1 subjects differ least, so that noise would decide few runs: it has so many times as many. */
const RUNS_AT_1 = 5;

/** Jobs that are queued at least, and how many more than end in the window at the rate of the warm-up. */
const MIN_QUEUED = 2_000;
const QUEUED_FACTOR = 1.5;

export const drain: Part = {
  name: 'drain',
  question: 'How many queued no-op jobs does one worker end?',
  ...RATE,
  runs: (asked, scenario) => (scenario === 'concurrency 1' ? asked * RUNS_AT_1 : asked),
  cases: (fixture) =>
    CONCURRENCIES.flatMap((concurrency) =>
      SUBJECT_NAMES.flatMap((subject) =>
        variantsAt(concurrency, subject).map((variant) => drainCase(fixture, subject, variant, concurrency)),
      ),
    ),
};

function variantsAt(concurrency: number, subject: SubjectName): readonly Variant[] {
  const { variants } = entryOf(subject);
  if (concurrency === ALL_AT) return variants;
  return subject === 'nestjs-bullmq' ? [] : variants.slice(0, 1);
}

/** Sending takes slow subjects longer than ending jobs, so the warm-up says how many jobs they need for the window. */
function drainCase(fixture: Fixture, subject: SubjectName, variant: Variant, concurrency: number) {
  const maxQueued = fixture.size(50_000, 10_000);
  const maxDuration = fixture.size(600, 400);
  let queued = maxQueued / 2;
  return {
    ...{ scenario: `concurrency ${concurrency}`, subject, variant },
    async measure(isWarmUp: boolean): Promise<Sample> {
      const driver = await Driver.start(fixture, { subject, variant, concurrency });
      await driver.preload(queued);
      const sample = await driver.measure(() => driver.drain({ expected: queued, maxDuration }));
      await driver.countLeft();
      const needed = Math.ceil((sample.value * maxDuration * QUEUED_FACTOR) / 1_000);
      if (isWarmUp) queued = Math.min(maxQueued, Math.max(MIN_QUEUED, needed));
      return sample;
    },
  };
}

/** Here the shape counts. */
const SCALING_RUNS = 3;

/** How long several workers may take to start, in milliseconds: they are measured from when all are at work. */
const START_TIME = 600;

/** More than all of them end in their window. */
const PLENTY = 300_000;

export const scaling: Part = {
  name: 'scaling',
  question: 'How does the rate of a drain change with processes, channels and queued jobs?',
  ...RATE,
  runs: (asked) => Math.min(SCALING_RUNS, asked),
  cases: (fixture) => [
    ...[1, 2, 4].map((workers) => scalingCase(fixture, 'worker processes', workers, { workers, queued: PLENTY })),
    ...[1, 10, 100].map((channels) =>
      scalingCase(fixture, 'channels', channels, { channels, queued: fixture.size(50_000, 10_000) }),
    ),
    ...[100, 10_000, 1_000_000]
      .map((count) => fixture.size(count, count / 10))
      .map((queued) => scalingCase(fixture, 'queued', queued, { queued })),
  ],
};

interface Scale {
  readonly queued: number;
  readonly workers?: number;
  readonly channels?: number;
}

function scalingCase(fixture: Fixture, scenario: string, value: number, { queued, workers, channels }: Scale) {
  const subject = channels === undefined ? 'repid' : 'repid-core';
  return {
    ...({ scenario, subject, variant: value.toLocaleString('en') } as const),
    async measure(isWarmUp: boolean): Promise<Sample> {
      const count = isWarmUp ? Math.min(queued, 50_000) : queued;
      const driver = await Driver.start(fixture, { subject, variant: 'bare', workers, channels });
      await driver.preload(count);
      const sample = await driver.measure(() => {
        const notBefore = workers && machineTime() + START_TIME;
        return driver.drain({ expected: count, maxDuration: fixture.size(700, 400), notBefore });
      });
      const left = await driver.countLeft();
      if (workers !== undefined && !isWarmUp && left === 0)
        throw new Error(`${PLENTY} jobs are too few for the window.`);
      return sample;
    },
  };
}
