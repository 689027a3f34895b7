import type { ResultBucket } from '@repid/core';

/** Why a job was skipped, according to its result. */
export interface SkipReason {
  /** The bucket that did not meet a condition. */
  readonly bucketId: string;
  /** True if the dependency has not succeeded. If it is replayed with dependents, the skipped job is revived. */
  readonly isToBeRevived: boolean;
}

const REASON = /it needed the \w+ of "([^"]+)"(?: \(([^)]+)\))?, which (was skipped|succeeded|failed)/;

/** Returns undefined if the result has no reason. */
export function skipReasonOf(result: ResultBucket | undefined): SkipReason | undefined {
  const [, label, bucketId = label, state] = REASON.exec(result?.exception ?? '') ?? [];
  return bucketId === undefined ? undefined : { bucketId, isToBeRevived: state !== 'succeeded' };
}
