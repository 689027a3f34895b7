import type { BucketState, Condition } from './condition.js';

/** A bucket that has come, and did not meet the condition of someone who waited for it. */
export interface BrokenWait {
  readonly bucketId: string;
  readonly condition: Condition;
  readonly state: BucketState;
  /** Why the job behind the bucket has failed, or was skipped itself. */
  readonly cause?: string;
}

/** Stands between the reason of a skip and what began it all. */
export const ROOT_CAUSE = ' Root cause: ';

/** Why a job is skipped, as its result says it. Brokers that skip by a script say the same. */
export function skipReason({ bucketId, condition, state, cause }: BrokenWait): string {
  const fact = `DependencyError: Not run: it needed the ${condition} of "${bucketId}", which ${describe(state)}.`;
  return cause === undefined ? fact : `${fact}${ROOT_CAUSE}${cause}`;
}

/** Why a job is skipped whose dependencies did not come in time. */
export function lateReason(timeout: number, missing: readonly string[]): string {
  const named = missing
    .slice(0, 3)
    .map((id) => `"${id}"`)
    .join(', ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `DependencyError: Not run: it waited ${timeout} ms for ${named}${more}, which did not come.`;
}

/** What those learn who wait for a job that was skipped: the first cause, not the steps in between. */
export function causeOfSkip(broken: BrokenWait): string {
  return broken.cause ?? `"${broken.bucketId}" ${describe(broken.state)}`;
}

/** What those learn who wait for a job that has failed. */
export function causeOfFailure(bucketId: string, exception: string): string {
  return `"${bucketId}" failed: ${exception}`.slice(0, 500);
}

function describe(state: BucketState): string {
  return state === 'skipped' ? 'was skipped' : state;
}
