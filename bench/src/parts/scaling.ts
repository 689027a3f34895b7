import { machineTime } from '../clock.js';
import type { Sample } from '../figure.js';
import type { Stage } from '../stage.js';
import { sumOf } from '../statistics.js';
import type { SubjectName } from '../subjects/catalogue.js';
import type { Variant } from '../subjects/subject.js';
import type { Drained } from '../tasks/drain.js';
import { CONCURRENCY } from './concurrency.js';
import { drainedSample } from './drained-sample.js';
import { interleaved, type RunKind } from './interleaved.js';
import { checkNoneIsMissing } from './none-missing.js';
import type { Part } from './part.js';

/** It is the shape that counts here. */
const RUNS = 3;

/** How long several processes may take to be under way, in milliseconds. */
const HEAD = 600;

/** More than all of them end until their window is over. */
const PLENTY = 300_000;

/** How does the rate of a drain change with the number of processes, of channels, and of jobs that lie there? */
export const scaling: Part = {
  name: 'scaling',
  asks: 'How does the rate of a drain change with processes, channels and queued jobs?',
  unit: { name: 'jobs/s', better: 'higher' },
  measure: (stage) =>
    interleaved(stage, casesFor(stage), (one, kind) => drainOnce(stage, one, kind), Math.min(RUNS, stage.options.runs)),
};

interface ScalingCase {
  readonly scenario: string;
  readonly subject: SubjectName;
  readonly variant: string;
  readonly sent: Variant;
  readonly processes: number;
  readonly channels: number;
  readonly queued: number;
  /** How long workers are under way before the window, in milliseconds: from when several are at work together. */
  readonly head: number;
}

function casesFor(stage: Stage): ScalingCase[] {
  const base = { subject: 'repid', sent: 'bare', processes: 1, channels: 1, head: 0 } as const;
  const plenty = { ...base, queued: PLENTY, head: HEAD };
  const some = { ...base, queued: stage.size(50_000, 10_000), subject: 'repid-core' as const };
  const depths = [100, 10_000, 1_000_000].map((depth) => stage.size(depth, depth / 10));
  return [
    ...[1, 2, 4].map((processes) => ({ ...plenty, ...told('worker processes', processes), processes })),
    ...[1, 10, 100].map((channels) => ({ ...some, ...told('channels', channels), channels })),
    ...depths.map((queued) => ({ ...base, ...told('queued', queued), queued })),
  ];
}

function told(scenario: string, count: number) {
  return { scenario, variant: count.toLocaleString('en') };
}

async function drainOnce(stage: Stage, one: ScalingCase, kind: RunKind): Promise<Sample> {
  const { redis } = stage;
  const producer = await stage.process(one.subject, 'producer');
  const numbers = Array.from({ length: one.processes }, (_, n) => n + 1);
  const workers = await Promise.all(numbers.map((number) => stage.process(one.subject, 'worker', number)));
  const place = { url: redis.url, variant: one.sent, concurrency: CONCURRENCY, channels: one.channels };
  const count = kind === 'measured' ? one.queued : Math.min(one.queued, 50_000);
  await redis.flush();
  await producer.run('preload', { place, count });
  const cpuBefore = await redis.cpuSeconds();
  const notBefore = one.head === 0 ? undefined : machineTime() + one.head;
  const order = { place, expected: count, longest: stage.size(700, 400), notBefore };
  const drained = together(await Promise.all(workers.map((worker) => worker.run('drain', order))));
  const redisSeconds = (await redis.cpuSeconds()) - cpuBefore;
  const left = await producer.run('left', place);
  checkNoneIsMissing(count, drained.handled, left);
  if (one.head > 0 && kind === 'measured') checkNoneIsIdle(left);
  return drainedSample(drained, redisSeconds);
}

/** @throws Error where there was not enough to do for the whole window */
function checkNoneIsIdle(left: number): void {
  if (left === 0)
    throw new Error(`The workers ended all ${PLENTY} jobs before their time was over: let there be more.`);
}

/** Of several workers whose windows are the same. */
function together(drained: readonly Drained[]): Drained {
  return {
    handled: sumOf(drained, ({ handled }) => handled),
    settled: sumOf(drained, ({ settled }) => settled),
    seconds: sumOf(drained, ({ seconds }) => seconds) / drained.length,
    cpuSeconds: sumOf(drained, ({ cpuSeconds }) => cpuSeconds),
  };
}
