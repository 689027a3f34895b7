import { OWN_ARGS_SIGN, ownArgsBucket } from '../message/index.js';
import { newNonce } from './new-id.js';

/** One enqueueing of a job. Distinguishes it from others of the same id. */
export interface Enqueueing {
  /** Undefined for an id that is used only once. */
  readonly nonce: string | undefined;
  /** The suffix of the job's own arguments bucket; empty for the default suffix. */
  readonly argsSuffix: string;
}

/** The enqueueing of a job with a new id, which no other job uses. */
const ONLY: Enqueueing = { nonce: undefined, argsSuffix: '' };

/** @param isOnly true if the ids of the job and of its result are used only this once */
export function newEnqueueing(isOnly: boolean): Enqueueing {
  if (isOnly) return ONLY;
  const nonce = newNonce();
  return { nonce, argsSuffix: `${OWN_ARGS_SIGN}${nonce}` };
}

/** The job's own arguments bucket. A dead letter of an earlier enqueueing keeps its own one. */
export function argsBucketOf(jobId: string, { argsSuffix }: Enqueueing): string {
  return ownArgsBucket(jobId, argsSuffix);
}
