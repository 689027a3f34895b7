import type { Condition } from '@repid/core';
import type { JobPlan } from './plan.js';

/** How a job ends; `absent` where it is never enqueued. */
export type End = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'absent';

/** How every job ends: the whole of the semantics of dependencies. Whether a cancellation comes in time is not for it to say. */
export function predict(jobs: readonly JobPlan[], cancelled: ReadonlySet<number>): End[] {
  const ends: End[] = [];
  for (const [n, { parent, dependsOn, failures, retries }] of jobs.entries()) {
    if (parent !== undefined && ends[parent] !== 'succeeded') ends.push('absent');
    else if (cancelled.has(n)) ends.push('cancelled');
    else if (!dependsOn.every(({ on, condition }) => MEETS[condition].includes(ends[on]!))) ends.push('skipped');
    else ends.push(failures > retries ? 'failed' : 'succeeded');
  }
  return ends;
}

const MEETS: Readonly<Record<Condition, readonly End[]>> = {
  success: ['succeeded'],
  failure: ['failed', 'cancelled'],
  settled: ['succeeded', 'failed', 'skipped', 'cancelled'],
};

/** How many times the actor of a job is run; `again` where a worker may have lost what it ran. */
export function predictRuns({ failures, retries }: JobPlan, end: End, again: boolean): { least: number; most: number } {
  const runs = 1 + Math.min(failures, retries);
  if (end === 'skipped' || end === 'absent') return { least: 0, most: 0 };
  return { least: end === 'cancelled' ? 0 : runs, most: again ? Number.POSITIVE_INFINITY : runs };
}
