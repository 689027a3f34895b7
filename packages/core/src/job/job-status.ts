import type { JobLocation } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';

/** How a job has ended, as far as its result tells: `unknown` where none is kept. */
export type EndedState = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'unknown';

/** Where a job is: held by the broker (`delayed`, `queued`, `running`), or ended. */
export interface JobStatus {
  readonly state: JobLocation | EndedState;
}

/** What a job's result says about its end. */
export function endedState(bucket: ResultBucket | undefined): EndedState {
  if (bucket === undefined) return 'unknown';
  if (bucket.success) return 'succeeded';
  if (bucket.cancelled) return 'cancelled';
  return bucket.skipped ? 'skipped' : 'failed';
}
