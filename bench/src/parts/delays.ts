import { quantile } from 'd3-array';
import type { Fixture } from '../fixture.js';
import type { SingleJobs } from '../tasks/produce.js';
import { Driver } from './driver.js';
import { DISTINCT, type BenchCase, type Jobs, type Part } from './part.js';

const MILLISECONDS = { unit: 'ms', better: 'lower' } as const;

/** Each job is handled before the next is sent. */
const SINGLE: SingleJobs = { count: 1_000, pause: [1, 3] };

/** While code is being compiled, some of a hundred jobs are milliseconds late: so the warm-up compiles it, for all subjects alike. */
const SINGLE_WARM_UP: SingleJobs = { count: 4_000 };

export const latency: Part = {
  name: 'latency',
  question: 'How long does a job take to the handler of an idle system?',
  ...MILLISECONDS,
  cases: (fixture) => DISTINCT.map((jobs) => delayCase(fixture, 'idle', jobs, SINGLE, SINGLE_WARM_UP)),
};

/** Subjects that can delay jobs, each once. */
const DELAYING = ['repid', 'bullmq', 'bee-queue', 'groupmq'] as const;

/** How late are delayed jobs? Systems that know whole milliseconds only may be up to one early. */
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

/** The percentiles of how long after they could have been handled at the earliest jobs were handled. */
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
