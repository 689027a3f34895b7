/** How the job behind a bucket must have ended for whoever waits for it: well, badly, or either way. */
export type Condition = 'success' | 'failure' | 'settled';

/** Every condition. */
export const CONDITIONS = ['success', 'failure', 'settled'] as const;

/** How the job behind a bucket has ended. Mere arguments count as succeeded. */
export type BucketState = 'succeeded' | 'failed' | 'skipped';

/** True where a bucket in this state is what the condition asks for. A skipped job has neither succeeded nor failed. */
export function isMet(condition: Condition, state: BucketState): boolean {
  if (condition === 'settled') return true;
  return state === (condition === 'success' ? 'succeeded' : 'failed');
}
