/** Why a job cannot wait if results are in a separate store. */
export const SEPARATE_RESULTS = (label: string): string =>
  `Job ${label} waits for others, and results lie in another place than messages, so its release could not be atomic. ` +
  'Keep both in one place, or chain by callbacks and bucket ids.';

/** Why a job cannot be delegated to. */
export const CANNOT_DELEGATE = (label: string): string =>
  `Job ${label} cannot be delegated to: one with a chosen id may be there already and would be left out, and one that ` +
  'recurs has no one end; nobody would store the result. Leave "id", "cron" and "deferredBy" out.';

/** Why a recurring job cannot wait. */
export const RECURRING = (label: string): string =>
  `Job ${label} recurs and waits for others, which end but once. Have a recurring job enqueue them.`;
