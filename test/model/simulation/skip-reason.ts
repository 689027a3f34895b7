import type { ResultBucket } from '@repid/core';

/** Why a job was skipped, as its result says it. */
export interface SkipReason {
  /** The bucket that did not meet a condition. */
  readonly bucketId: string;
  /** The job behind it has not succeeded: when that is brought back, so is the one that was skipped. */
  readonly isToBeRevived: boolean;
}

const REASON = /it needed the \w+ of "([^"]+)"(?: \(([^)]+)\))?, which (was skipped|succeeded|failed)/;

/** Undefined where the result does not say. */
export function skipReasonOf(result: ResultBucket | undefined): SkipReason | undefined {
  const [, label, bucketId = label, state] = REASON.exec(result?.exception ?? '') ?? [];
  return bucketId === undefined ? undefined : { bucketId, isToBeRevived: state !== 'succeeded' };
}
