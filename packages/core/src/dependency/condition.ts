/** How the job behind a bucket must have ended: succeeded, failed, or either. */
export type Condition = 'success' | 'failure' | 'settled';

/** Every condition. */
export const CONDITIONS = ['success', 'failure', 'settled'] as const;

/** How the job behind a bucket ended. Arguments count as succeeded. */
export type BucketState = 'succeeded' | 'failed' | 'skipped';

/** True if a bucket in this state meets the condition. A skipped job has neither succeeded nor failed. */
export function isMet(condition: Condition, state: BucketState): boolean {
  if (condition === 'settled') return true;
  return state === (condition === 'success' ? 'succeeded' : 'failed');
}
