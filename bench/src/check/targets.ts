import type { Row, Target } from './target.js';

const BARE = { subject: 'repid', variant: 'bare' } as const satisfies Row;
const JOB = { subject: 'repid', variant: 'job' } as const satisfies Row;
const RESULT = { subject: 'repid', variant: 'result' } as const satisfies Row;
const CORE = { subject: 'repid-core', variant: 'bare' } as const satisfies Row;

const RAW = { subject: 'raw', variant: 'bare' } as const satisfies Row;
const BULLMQ = { subject: 'bullmq', variant: 'job' } as const satisfies Row;
const BULLMQ_RESULT = { subject: 'bullmq', variant: 'result' } as const satisfies Row;
const BEE = { subject: 'bee-queue', variant: 'job' } as const satisfies Row;

/**
 * What Repid is to reach, as ratios within one run. `repid` is a Nest actor with a DTO. Like is compared with like: jobs with
 * ids with those of peers when they are enqueued, and the plainest of each when they are drained.
 */
export const TARGETS: readonly Target[] = [
  { ...drainAt(100, BARE), ...atLeast(3, BULLMQ) },
  { ...drainAt(100, BARE), ...atLeast(2.5, BEE) },
  { ...drainAt(100, RESULT), ...atLeast(2, BULLMQ_RESULT) },
  { ...drainAt(100, RESULT), of: 'Redis CPU', ...atMost(0.5, BULLMQ_RESULT) },
  { ...drainAt(100, CORE), ...atLeast(0.5, RAW) },
  { ...drainAt(1, BARE), ...atLeast(1.2, BULLMQ) },
  { ...drainAt(1, BARE), ...atLeast(1, 'best peer') },

  { part: 'enqueue', scenario: 'in bulk, 1,000 each', ours: JOB, ...atLeast(3, BULLMQ) },
  { part: 'enqueue', scenario: '100 in flight', ours: JOB, ...atLeast(1.5, BULLMQ) },
  { part: 'enqueue', scenario: 'one at a time', ours: JOB, ...atLeast(1, BULLMQ) },

  { part: 'working', scenario: '100 in flight, concurrency 100', ours: JOB, ...atLeast(2.5, BULLMQ) },
  { part: 'working', scenario: '100 in flight, concurrency 100', ours: JOB, ...atLeast(1.5, BEE) },

  { ...chainsBy('followers'), ...atLeast(3, { subject: 'bullmq', variant: 'by hand' }) },
  { ...chainsBy('dependsOn'), ...atLeast(4, { subject: 'bullmq', variant: 'FlowProducer' }) },

  { part: 'latency', scenario: 'idle, p50', ours: JOB, ...atMost(1, 'best peer') },
  { part: 'latency', scenario: 'idle, p99', ours: JOB, ...atMost(1, 'best peer') },
  { part: 'lateness', scenario: 'delayed, p99', ours: JOB, ...atMost(5) },

  { part: 'memory', scenario: 'each queued', ours: JOB, ...atMost(0.5, BULLMQ) },
  { part: 'memory', scenario: 'each queued', ours: BARE, ...atMost(0.3, BULLMQ) },
  { part: 'heap', scenario: 'after all to after a tenth', ours: JOB, ...atMost(1.05) },
];

function drainAt(concurrency: number, ours: Row) {
  return { part: 'drain', scenario: `concurrency ${concurrency}`, ours };
}

function chainsBy(variant: string) {
  return { part: 'chains', scenario: '2,000 of 5', ours: { subject: 'repid', variant } } as const;
}

function atLeast(factor: number, times?: Target['times']) {
  return { bound: 'at least', factor, times } as const;
}

function atMost(factor: number, times?: Target['times']) {
  return { bound: 'at most', factor, times } as const;
}
