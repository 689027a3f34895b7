import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Shape } from '../tasks/graph.js';
import { Driver } from './driver.js';
import { RATE, type Part } from './part.js';

/** The duration of a warm-up, in milliseconds. One run of the faster cases is too short for the compiler. */
const WARM_UP = 2_000;

const CHAIN_METHODS: readonly (readonly [SubjectName, method: string])[] = [
  ['repid', 'followers'],
  ['repid', 'dependsOn'],
  ['raw', 'by hand'],
  ['bullmq', 'by hand'],
  ['bullmq', 'FlowProducer'],
  ['bee-queue', 'by hand'],
  ['groupmq', 'by hand'],
];
const FAN_METHODS = CHAIN_METHODS.filter(([, method]) => method === 'dependsOn' || method === 'FlowProducer');

export const chains: Part = {
  name: 'chains',
  question: 'How many jobs are done of which one takes the results of others?',
  ...RATE,
  cases: (fixture) => [
    ...CHAIN_METHODS.map(([subject, method]) => chainCase(fixture, '2,000 of 5', subject, method, 2_000)),
    ...FAN_METHODS.map(([subject, method]) => chainCase(fixture, 'fan-in, 500 of 10', subject, method, 500, 10)),
    ...FAN_METHODS.map(([subject, method]) => chainCase(fixture, 'fan-in, 1 of 10,000', subject, method, 1, 10_000)),
  ],
};

function chainCase(
  fixture: Fixture,
  scenario: string,
  subject: SubjectName,
  method: string,
  count: number,
  size?: number,
) {
  const order = { method, count, size };
  return {
    ...{ scenario, subject, variant: method },
    async measure(isWarmUp: boolean): Promise<Sample> {
      const end = performance.now() + (isWarmUp ? fixture.size(WARM_UP, 0) : 0);
      let sample: Sample;
      do sample = await runChains(fixture, subject, order);
      while (performance.now() < end);
      return sample;
    },
  };
}

/** Measures from the first enqueued job until the last has ended. The worker has started before. */
async function runChains(
  fixture: Fixture,
  subject: SubjectName,
  order: { method: string; count: number; size?: number },
) {
  const variant = order.method === 'dependsOn' ? 'result' : 'job';
  const driver = await Driver.start(fixture, { subject, variant });
  const { producer, worker, settings } = driver;
  return driver.measure(async () => {
    const [{ jobs, endedAt, cpuSeconds }, startedAt] = await driver.overlap(
      worker.run('runChains', settings, order),
      () => producer.run('startChains', settings, order),
    );
    return { jobs, total: jobs, seconds: (endedAt - startedAt) / 1_000, cpuSeconds };
  });
}

const SHAPES: readonly Shape[] = ['chain', 'fan-in'];
const SIZES = [100, 1_000, 10_000];

/** Does the time for each job grow with the size of a graph? It should not. */
export const growth: Part = {
  name: 'growth',
  question: 'Does the time for each job grow with the size of a graph?',
  ...{ unit: 'us/job', better: 'lower' },
  cases: (fixture) =>
    ['memory', 'Redis'].flatMap((store) =>
      SHAPES.flatMap((shape) =>
        fixture.size(SIZES, SIZES.slice(0, 2)).map((size) => ({
          ...{ scenario: `${shape} in ${store}`, subject: 'repid-core', variant: `${size} jobs` },
          async measure(isWarmUp) {
            const { worker, settings } = await Driver.start(fixture, {
              subject: 'repid-core',
              variant: 'result',
              producers: 0,
            });
            const url = store === 'Redis' ? settings.url : undefined;
            return { value: await worker.run('graph', shape, isWarmUp ? SIZES[0]! : size, url) };
          },
        })),
      ),
    ),
};
