import type { BucketState, Condition } from './condition.js';

/** A bucket that was stored and did not meet a job's condition. */
export interface UnmetWait {
  readonly bucketId: string;
  readonly condition: Condition;
  readonly state: BucketState;
  /** Why the job behind the bucket failed or was skipped. */
  readonly cause?: string;
  /** The name of that job, if known: results of failed and skipped jobs contain it. */
  readonly jobName?: string;
}

/** Separates the reason of a skip from its root cause. */
export const ROOT_CAUSE = ' Root cause: ';

/** The root cause that a skipped job's result names; the exception itself if it names none. */
export function rootCauseOf(exception: string): string {
  const at = exception.indexOf(ROOT_CAUSE);
  return at < 0 ? exception : exception.slice(at + ROOT_CAUSE.length);
}

/** Why a job was skipped, as its result says it. Brokers that skip in a script write the same text. */
export function skipReason(unmet: UnmetWait): string {
  const { condition, state, cause } = unmet;
  const fact = `DependencyError: Not run: it needed the ${condition} of ${labelOf(unmet)}, which ${describe(state)}.`;
  return cause === undefined ? fact : `${fact}${ROOT_CAUSE}${cause}`;
}

/** Why a job was skipped whose dependencies did not end in time. */
export function lateReason(timeout: number, missing: readonly string[]): string {
  const named = missing
    .slice(0, 3)
    .map((id) => `"${id}"`)
    .join(', ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `DependencyError: Not run: it waited ${timeout} ms for ${named}${more}, which did not come.`;
}

/** The cause for jobs that wait for a skipped job: the root cause, not the steps in between. */
export function causeOfSkip(unmet: UnmetWait): string {
  return unmet.cause ?? `${labelOf(unmet)} ${describe(unmet.state)}`;
}

/** The cause for jobs that wait for a failed job: at most 500 characters. */
export function causeOfFailure(bucketId: string, exception: string, jobName?: string): string {
  return `${labelOf({ bucketId, jobName })} failed: ${exception}`.slice(0, 500);
}

/** The job behind a bucket: its name and the bucket's id, or only the id if the name is not known. */
function labelOf({ bucketId, jobName }: Pick<UnmetWait, 'bucketId' | 'jobName'>): string {
  return jobName === undefined ? `"${bucketId}"` : `"${jobName}" (${bucketId})`;
}

function describe(state: BucketState): string {
  return state === 'skipped' ? 'was skipped' : state;
}
