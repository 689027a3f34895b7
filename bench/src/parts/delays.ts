import { quantile } from 'd3-array';
import type { SingleJobs } from '../tasks/produce.js';
import { Driver } from './driver.js';
import { DISTINCT, partOf, type Jobs, type Part } from './part.js';

/** Each job is handled before the next one is sent. While code is being compiled, some jobs are milliseconds late. */
export const latency = delayPart({
  name: 'latency',
  question: 'How long does a job take to the handler of an idle system?',
  scenario: 'idle',
  subjects: DISTINCT,
  measured: { count: 1_000, pause: [1, 3] },
  warmUp: { count: 4_000 },
});

/** How late are delayed jobs? Systems with a resolution of a millisecond may be up to one early. */
export const lateness = delayPart({
  name: 'lateness',
  question: 'How late do delayed jobs come to the handler?',
  scenario: 'delayed',
  subjects: DISTINCT.filter(({ subject, variant }) => subject !== 'raw' && variant === 'job'),
  measured: { count: 300, maxDelay: 2_000 },
  warmUp: { count: 100, maxDelay: 300 },
});

interface DelayPart extends Pick<Part, 'name' | 'question'> {
  readonly scenario: string;
  readonly subjects: readonly Jobs[];
  readonly measured: SingleJobs;
  readonly warmUp: SingleJobs;
}

/** Measures percentiles of the time between the earliest possible handling of jobs and their actual handling. */
function delayPart({ name, question, scenario, subjects, measured, warmUp }: DelayPart) {
  return partOf({
    ...{ name, question, unit: 'ms', better: 'lower' },
    cases: () => subjects.map((jobs) => ({ scenario, ...jobs })),
    async measure(jobs, fixture, warm) {
      const singles = warm ? measured : warmUp;
      const isDelayed = singles.maxDelay !== undefined;
      const { producer, worker, settings } = await Driver.start(fixture, jobs, { isDelayed });
      await worker.listen(settings);
      const [due] = await Promise.all([producer.sendSingly(settings, singles), worker.settle(singles.count)]);
      const handled = await worker.handledAt();
      await worker.end();
      const delays = due.map((time, id) => handled[id]! - time);
      return [50, 99].map((percent) => ({
        scenario: `${scenario}, p${percent}`,
        value: quantile(delays, percent / 100)!,
      }));
    },
  });
}
