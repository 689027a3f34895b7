import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import type { SubjectName } from '../subjects/catalogue.js';
import { CONCURRENCY } from './concurrency.js';
import { interleaved } from './interleaved.js';
import type { Part } from './part.js';
import { perTenThousand } from './per-ten-thousand.js';

/** How many jobs a second are done of which one takes what others have come to? */
export const chains: Part = {
  name: 'chains',
  asks: 'How many jobs are done of which one takes what others have come to?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) =>
    interleaved(stage, [...chainCases(), ...fanCases()], (one, kind) =>
      kind === 'warm-up' ? warmUp(stage, one) : followOnce(stage, one),
    ),
};

/** How long each is warmed up, in milliseconds: a run takes less than the compiler of the faster ones needs. */
const WARM_UP = 2_000;

interface ChainsCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  /** The way. */
  readonly variant: string;
  readonly count: number;
  readonly size?: number;
}

const CHAINED: readonly (readonly [SubjectName, string])[] = [
  ['repid', 'followers'],
  ['repid', 'dependsOn'],
  ['raw', 'by hand'],
  ['bullmq', 'by hand'],
  ['bullmq', 'FlowProducer'],
  ['bee-queue', 'by hand'],
  ['groupmq', 'by hand'],
];

const FANNED: readonly (readonly [SubjectName, string])[] = [
  ['repid', 'dependsOn'],
  ['bullmq', 'FlowProducer'],
];

function chainCases(): ChainsCase[] {
  return CHAINED.map(([subject, variant]) => ({ scenario: '2,000 of 5', subject, variant, count: 2_000 }));
}

function fanCases(): ChainsCase[] {
  return FANNED.flatMap(([subject, variant]) => [
    { scenario: 'fan-in, 500 of 10', subject, variant, count: 500, size: 10 },
    { scenario: 'fan-in, 1 of 10,000', subject, variant, count: 1, size: 10_000 },
  ]);
}

async function warmUp(stage: Stage, one: ChainsCase): Promise<Sample> {
  const over = performance.now() + stage.size(WARM_UP, 0);
  for (;;) {
    const sample = await followOnce(stage, one);
    if (performance.now() >= over) return sample;
  }
}

/** From the first enqueued until the last has ended, whose worker is there already. */
async function followOnce(stage: Stage, one: ChainsCase): Promise<Sample> {
  const { redis } = stage;
  const { subject, variant, count, size } = one;
  const { producer, worker } = await stage.pair(subject);
  const place = {
    url: redis.url,
    variant: variant === 'dependsOn' ? 'result' : 'job',
    concurrency: CONCURRENCY,
  } as const;
  const order = { place, way: variant, count, size };
  await redis.flush();
  const cpuBefore = await redis.cpuSeconds();
  const following = worker.begin('follow', order);
  await following.inPlace;
  const startedAt = await producer.run('startChains', order);
  const { jobs, endedAt, cpuSeconds } = await following.answer;
  const redisSeconds = (await redis.cpuSeconds()) - cpuBefore;
  return {
    value: (jobs * 1_000) / (endedAt - startedAt),
    cpu: { process: perTenThousand(cpuSeconds, jobs), redis: perTenThousand(redisSeconds, jobs) },
  };
}
