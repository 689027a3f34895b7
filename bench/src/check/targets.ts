/** A target for one of Repid's figures. Figures are named by subject and variant. */
export interface Target {
  readonly part: string;
  readonly scenario: string;
  readonly ours: string;
  /** The compared quantity: the value, or the cost for Redis. @default the value */
  readonly of?: 'Redis CPU';
  readonly bound: 'at least' | 'at most';
  readonly factor: number;
  /** The figure of the same scenario that the factor multiplies. If omitted, the factor is the limit itself, in the part's unit. */
  readonly times?: string;
}

const DRAIN_1 = { part: 'drain', scenario: 'concurrency 1' };
const DRAIN_100 = { part: 'drain', scenario: 'concurrency 100' };
const WORKING = { part: 'working', scenario: '100 in flight, concurrency 100' };
const CHAINS = { part: 'chains', scenario: '2,000 of 5' };

/**
 * Ratios within one run, since absolute figures differ between machines. `repid` is a Nest actor with a DTO. Enqueueing
 * compares jobs with ids; draining compares the simplest kind of each subject.
 */
export const TARGETS: readonly Target[] = [
  { ...DRAIN_100, ours: 'repid bare', ...atLeast(3, 'bullmq job') },
  { ...DRAIN_100, ours: 'repid bare', ...atLeast(2.5, 'bee-queue job') },
  { ...DRAIN_100, ours: 'repid result', ...atLeast(2, 'bullmq result') },
  { ...DRAIN_100, ours: 'repid result', of: 'Redis CPU', ...atMost(0.5, 'bullmq result') },
  { ...DRAIN_100, ours: 'repid-core bare', ...atLeast(0.5, 'raw bare') },
  { ...DRAIN_1, ours: 'repid bare', ...atLeast(1.2, 'bullmq job') },
  { ...DRAIN_1, ours: 'repid bare', ...atLeast(1, 'best peer') },

  { part: 'enqueue', scenario: 'in bulk, 1,000 each', ours: 'repid job', ...atLeast(3, 'bullmq job') },
  { part: 'enqueue', scenario: '100 in flight', ours: 'repid job', ...atLeast(1.5, 'bullmq job') },
  { part: 'enqueue', scenario: 'one at a time', ours: 'repid job', ...atLeast(1, 'bullmq job') },

  { ...WORKING, ours: 'repid job', ...atLeast(2.5, 'bullmq job') },
  { ...WORKING, ours: 'repid job', ...atLeast(1.5, 'bee-queue job') },

  { ...CHAINS, ours: 'repid followers', ...atLeast(3, 'bullmq by hand') },
  { ...CHAINS, ours: 'repid dependsOn', ...atLeast(4, 'bullmq FlowProducer') },

  { part: 'latency', scenario: 'idle, p50', ours: 'repid job', ...atMost(1, 'best peer') },
  { part: 'latency', scenario: 'idle, p99', ours: 'repid job', ...atMost(1, 'best peer') },
  { part: 'lateness', scenario: 'delayed, p99', ours: 'repid job', ...atMost(5) },

  { part: 'memory', scenario: 'each queued', ours: 'repid job', ...atMost(0.5, 'bullmq job') },
  { part: 'memory', scenario: 'each queued', ours: 'repid bare', ...atMost(0.3, 'bullmq job') },
  { part: 'heap', scenario: 'after all to after a tenth', ours: 'repid job', ...atMost(1.05) },
];

function atLeast(factor: number, times: string) {
  return { bound: 'at least', factor, times } as const;
}

function atMost(factor: number, times?: string) {
  return { bound: 'at most', factor, times } as const;
}
