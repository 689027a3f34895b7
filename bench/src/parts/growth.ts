import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import type { GraphOrder } from '../tasks/graph.js';
import { interleaved, type RunKind } from './interleaved.js';
import type { Part } from './part.js';

const SIZES = [100, 1_000, 10_000];
const QUICK_SIZES = [100, 1_000];
const SHAPES = ['chain', 'fan-in'] as const;
const PLACES = ['memory', 'Redis'] as const;

/** Does the time for each job grow with the size of a graph? It should not. */
export const growth: Part = {
  name: 'growth',
  asks: 'Does the time for each job grow with the size of a graph?',
  unit: { name: 'us/job', better: 'lower' },
  measure: (stage) => interleaved(stage, casesFor(stage), (one, kind) => graphOnce(stage, one, kind)),
};

interface GrowthCase {
  readonly scenario: string;
  readonly subject: 'repid-core';
  readonly variant: string;
  readonly order: GraphOrder;
}

function casesFor(stage: Stage): GrowthCase[] {
  const sizes = stage.options.isQuick ? QUICK_SIZES : SIZES;
  return PLACES.flatMap((place) =>
    SHAPES.flatMap((shape) =>
      sizes.map((size) => ({
        ...{ scenario: `${shape} in ${place}`, subject: 'repid-core' as const, variant: `${size} jobs` },
        order: { shape, size, ...(place === 'Redis' && { url: stage.redis.url }) },
      })),
    ),
  );
}

async function graphOnce(stage: Stage, { subject, order }: GrowthCase, kind: RunKind): Promise<Sample> {
  const worker = await stage.process(subject, 'worker');
  await stage.redis.flush();
  return { value: await worker.run('graph', kind === 'measured' ? order : { ...order, size: SIZES[0]! }) };
}
