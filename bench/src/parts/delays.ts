import { quantile } from 'd3-array';
import type { Fixture } from '../fixture.js';
import type { SingleJobs } from '../tasks/produce.js';
import { Driver } from './driver.js';
import { DISTINCT, type BenchCase, type Jobs, type Part } from './part.js';

const MILLISECONDS = { unit: 'ms', better: 'lower' } as const;

/** Each job is handled before the next one is sent. */
const SINGLE: SingleJobs = { count: 1_000, pause: [1, 3] };

/** While code is being compiled, some jobs are milliseconds late. So all subjects have a warm-up. */
const SINGLE_WARM_UP: SingleJobs = { count: 4_000 };

export const latency: Part = {
  name: 'latency',
  question: 'How long does a job take to the handler of an idle system?',
  ...MILLISECONDS,
  cases: (fixture) => DISTINCT.map((jobs) => delayCase(fixture, 'idle', jobs, SINGLE, SINGLE_WARM_UP)),
};

/** The subjects that can delay jobs. */
const DELAYING = ['repid', 'bullmq', 'bee-queue', 'groupmq'] as const;

/** How late are delayed jobs? Systems with a resolution of a millisecond may be up to one early. */
export const lateness: Part = {
  name: 'lateness',
  question: 'How late do delayed jobs come to the handler?',
  ...MILLISECONDS,
  cases: (fixture) =>
    DELAYING.map((subject) => {
      const jobs = { subject, variant: 'job' } as const;
      return delayCase(fixture, 'delayed', jobs, { count: 300, maxDelay: 2_000 }, { count: 100, maxDelay: 300 });
    }),
};

/** Returns percentiles of the time between the earliest possible handling of jobs and their actual handling. */
function delayCase(fixture: Fixture, scenario: string, jobs: Jobs, order: SingleJobs, warmUp: SingleJobs): BenchCase {
  return {
    ...{ scenario, ...jobs },
    async measure(isWarmUp) {
      const singles = isWarmUp ? warmUp : order;
      const driver = await Driver.start(fixture, { ...jobs, isDelayed: order.maxDelay !== undefined });
      const { producer, worker, settings } = driver;
      const [handled, due] = await driver.overlap(worker.run('listen', settings, singles.count), () =>
        producer.run('sendSingly', settings, singles),
      );
      const delays = handled.map((time, id) => time - due[id]!);
      return [50, 99].map((percent) => ({
        scenario: `${scenario}, p${percent}`,
        value: quantile(delays, percent / 100)!,
      }));
    },
  };
}
