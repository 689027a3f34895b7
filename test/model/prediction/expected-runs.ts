import { type Conduct, repeats } from '../plan/job-plan.js';
import type { End } from './prediction.js';

/** How many times an actor is begun. */
export interface ExpectedRuns {
  readonly least: number;
  readonly most: number;
}

/** True where all the runs that a job is allowed fail. */
export function isToFail({ failures, retries, trouble }: Conduct): boolean {
  return failures > retries || trouble !== 'none';
}

/** What the runs of a job do that has been replayed, or enqueued again. */
export function healed(conduct: Conduct): Conduct {
  return { ...conduct, failures: 0, trouble: 'none' };
}

/**
 * How many times the actor of a job that ends so is begun.
 *
 * @param mayRunAgain a worker may have lost what it ran, and then another runs it again
 */
export function expectedRuns(conduct: Conduct, end: End, mayRunAgain: boolean): ExpectedRuns {
  if (end === 'absent' || end === 'pending' || end === 'skipped') return { least: 0, most: 0 };
  const runs = runsOf(conduct);
  const isUnbounded = mayRunAgain || conduct.recurs || conduct.trouble === 'kills';
  const isLeastOnce = isUnbounded && repeats(conduct); // A run that was to be followed by others may have been lost.
  const least = end === 'cancelled' || conduct.recurs ? 0 : isLeastOnce ? 1 : runs;
  return { least, most: isUnbounded ? Number.POSITIVE_INFINITY : runs };
}

/** A run that hangs fails by its time limit. One that kills is never to be tried twice by its own fault: the broker counts. */
function runsOf({ failures, retries, trouble, rescheduled }: Conduct): number {
  if (trouble === 'kills') return 1;
  return 1 + rescheduled + (trouble === 'hangs' ? retries : Math.min(failures, retries));
}
