import type { BucketState, Condition } from './condition.js';

/** A bucket that has come, and did not meet the condition of someone who waited for it. */
export interface UnmetWait {
  readonly bucketId: string;
  readonly condition: Condition;
  readonly state: BucketState;
  /** Why the job behind the bucket has failed, or was skipped itself. */
  readonly cause?: string;
  /** The name of that job, where it is known: results of jobs that failed or were skipped say it. */
  readonly jobName?: string;
}

/** Stands between the reason of a skip and what began it all. */
export const ROOT_CAUSE = ' Root cause: ';

/** Why a job is skipped, as its result says it. Brokers that skip by a script say the same. */
export function skipReason(unmet: UnmetWait): string {
  const { condition, state, cause } = unmet;
  const fact = `DependencyError: Not run: it needed the ${condition} of ${labelOf(unmet)}, which ${describe(state)}.`;
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
export function causeOfSkip(unmet: UnmetWait): string {
  return unmet.cause ?? `${labelOf(unmet)} ${describe(unmet.state)}`;
}

/** What those learn who wait for a job that has failed: at most 500 characters. */
export function causeOfFailure(bucketId: string, exception: string, jobName?: string): string {
  return `${labelOf({ bucketId, jobName })} failed: ${exception}`.slice(0, 500);
}

/** The job behind a bucket, by its name and the bucket's id where the name is known. */
function labelOf({ bucketId, jobName }: Pick<UnmetWait, 'bucketId' | 'jobName'>): string {
  return jobName === undefined ? `"${bucketId}"` : `"${jobName}" (${bucketId})`;
}

function describe(state: BucketState): string {
  return state === 'skipped' ? 'was skipped' : state;
}
