/** Why a job cannot wait if results are in a separate store. */
export const SEPARATE_RESULTS = (label: string): string =>
  `Job ${label} waits for others, and results are in a separate store, so its release could not be atomic. ` +
  'Keep results and messages in one store, or chain with callbacks and bucket ids.';

/** Why a job cannot be delegated to. */
export const CANNOT_DELEGATE = (label: string): string =>
  `Job ${label} cannot be delegated to: a job with a chosen id may exist already and would be left out, and a job that ` +
  'recurs has no final end; the result would never be stored. Leave "id", "cron", "every" and "deferredBy" out.';

/** Why a recurring job cannot wait. */
export const RECURRING = (label: string): string =>
  `Job ${label} recurs and waits for others, which end only once. Have a recurring job enqueue them.`;
