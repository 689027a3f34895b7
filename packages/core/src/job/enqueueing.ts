import { OWN_ARGS_SIGN, ownArgsBucket } from '../message/index.js';
import { newNonce } from './new-id.js';

/** One time that a job is enqueued: what tells it from the other times that the same id is used. */
export interface Enqueueing {
  /** Undefined where the id is used but once. */
  readonly nonce: string | undefined;
  /** How the id of the job's own arguments bucket ends; empty for the usual ending. */
  readonly argsEnding: string;
}

/** Of a job whose id is new: nobody else uses it. */
const ONLY: Enqueueing = { nonce: undefined, argsEnding: '' };

/** @param isOnly true where the id of the job, and that of its result, are used this once */
export function newEnqueueing(isOnly: boolean): Enqueueing {
  if (isOnly) return ONLY;
  const nonce = newNonce();
  return { nonce, argsEnding: `${OWN_ARGS_SIGN}${nonce}` };
}

/** The job's own arguments bucket. A dead letter of an earlier time keeps the one of its own. */
export function argsBucketOf(jobId: string, { argsEnding }: Enqueueing): string {
  return ownArgsBucket(jobId, argsEnding);
}
