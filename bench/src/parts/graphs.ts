import type { Sample } from '../figure.js';
import type { Fixture } from '../fixture.js';
import { CHAIN_LENGTH } from '../payload.js';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Chains } from '../subjects/subject.js';
import type { Shape } from '../tasks/graph.js';
import { Driver } from './driver.js';
import { partOf, RATE } from './part.js';

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

const GRAPHS = [
  { scenario: '2,000 of 5', methods: CHAIN_METHODS, count: 2_000 },
  { scenario: 'fan-in, 500 of 10', methods: FAN_METHODS, count: 500, size: 10 },
  { scenario: 'fan-in, 1 of 10,000', methods: FAN_METHODS, count: 1, size: 10_000 },
];

export const chains = partOf({
  name: 'chains',
  question: 'How many jobs are done of which one takes the results of others?',
  ...RATE,
  cases: () =>
    GRAPHS.flatMap(({ scenario, methods, ...size }) =>
      methods.map(([subject, method]) => ({ scenario, subject, variant: method, order: { method, ...size } })),
    ),
  async measure({ subject, order }, fixture, warmUp) {
    const end = performance.now() + (warmUp ? 0 : fixture.size(WARM_UP, 0));
    let sample: Sample;
    do sample = await runChains(fixture, subject, order);
    while (performance.now() < end);
    return sample;
  },
});

/** Measures from the first enqueued job until the last has ended. The worker has started before. */
async function runChains(fixture: Fixture, subject: SubjectName, order: Chains): Promise<Sample> {
  const variant = order.method === 'dependsOn' ? 'result' : 'job';
  const driver = await Driver.start(fixture, { subject, variant }, { chains: order });
  const { producer, worker, settings } = driver;
  const jobs = order.count * (order.size === undefined ? CHAIN_LENGTH : order.size + 1);
  return driver.measure(async () => {
    await worker.begin(settings);
    const [startedAt, settled] = await Promise.all([producer.sendChains(settings, order), worker.settle(jobs)]);
    await worker.end();
    return { ...settled, jobs, total: jobs, seconds: (settled.endedAt - startedAt) / 1_000 };
  });
}

const SHAPES: readonly Shape[] = ['chain', 'fan-in'];
const SIZES = [100, 1_000, 10_000];

/** Does the time for each job grow with the size of a graph? It should not. */
export const growth = partOf({
  name: 'growth',
  question: 'Does the time for each job grow with the size of a graph?',
  ...{ unit: 'us/job', better: 'lower' },
  cases: (isQuick) =>
    ['memory', 'Redis'].flatMap((store) =>
      SHAPES.flatMap((shape) =>
        SIZES.slice(0, isQuick ? 2 : 3).map((size) => ({
          ...{ scenario: `${shape} in ${store}`, subject: 'repid-core' as const, variant: `${size} jobs` },
          ...{ store, shape, size },
        })),
      ),
    ),
  async measure({ subject, store, shape, size }, fixture, warmUp) {
    const { worker, settings } = await Driver.start(fixture, { subject, variant: 'result' }, { producers: 0 });
    const url = store === 'Redis' ? settings.url : undefined;
    return { value: await worker.graph(shape, warmUp ? size : SIZES[0]!, url) };
  },
});
