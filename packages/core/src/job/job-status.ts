import type { JobLocation } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';

/** How a job ended, according to its result; `unknown` if no result is kept. */
export type EndedState = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'unknown';

/** The state of a job: held by the broker (`waiting`, `delayed`, `queued`, `running`), or ended. */
export interface JobStatus {
  readonly state: JobLocation | EndedState;
}

/** How a job ended, according to its result. */
export function endedState(bucket: ResultBucket | undefined): EndedState {
  if (bucket === undefined) return 'unknown';
  if (bucket.success) return 'succeeded';
  if (bucket.cancelled) return 'cancelled';
  return bucket.skipped ? 'skipped' : 'failed';
}
