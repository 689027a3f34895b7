import { type Behaviour, repeats } from '../plan/job-plan.js';
import type { End } from './prediction.js';

/** How often an actor is expected to start. */
export interface ExpectedRuns {
  readonly least: number;
  readonly most: number;
}

/** True if every allowed run of the job fails. */
export function isToFail({ failures, retries, trouble }: Behaviour): boolean {
  return failures > retries || trouble !== 'none';
}

/** Returns the behaviour of a job that succeeds after it was replayed or enqueued again. */
export function healed(behaviour: Behaviour): Behaviour {
  return { ...behaviour, failures: 0, trouble: 'none' };
}

/**
 * Returns how often the actor of a job starts, given how the job ends.
 *
 * @param mayRunAgain true if a worker may have lost the message, so that another worker runs it again
 */
export function expectedRuns(behaviour: Behaviour, end: End, mayRunAgain: boolean): ExpectedRuns {
  if (end === 'absent' || end === 'pending' || end === 'skipped') return { least: 0, most: 0 };
  const runs = runsOf(behaviour);
  const isUnbounded = mayRunAgain || behaviour.recurs || behaviour.trouble === 'kills';
  const isLeastOnce = isUnbounded && repeats(behaviour); // A rescheduled run may have been lost.
  const least = end === 'cancelled' || behaviour.recurs ? 0 : isLeastOnce ? 1 : runs;
  return { least, most: isUnbounded ? Number.POSITIVE_INFINITY : runs };
}

/** A run that hangs fails by its timeout. A run that kills its worker uses no retry: the broker counts deliveries. */
function runsOf({ failures, retries, trouble, rescheduled }: Behaviour): number {
  if (trouble === 'kills') return 1;
  return 1 + rescheduled + (trouble === 'hangs' ? retries : Math.min(failures, retries));
}
