import { HEADER } from '../message/header-names.js';
import { stringify } from '../serializer/json-serializer.js';

type Headers = Readonly<Record<string, string>>;

/** How a job ended that no worker ended. Each text is the result's `exception`. */
type EarlyEnd =
  | { readonly skipped: true; readonly exception: string }
  | { readonly cancelled: true; readonly exception: string }
  | { readonly exception: string };

/**
 * The result body of a skipped job, as the codec would write it. For brokers, which skip jobs themselves.
 *
 * @param headers the job's headers: its name and nonce go into the body
 */
export function skippedBody(reason: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ skipped: true, exception: reason }, ttl, now, headers);
}

/** The result body of a job that was cancelled, purged, or deleted with its channel. For brokers. */
export function cancelledBody(exception: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ cancelled: true, exception }, ttl, now, headers);
}

/** The result body of a job that the broker dead-letters itself, because it keeps losing its workers. For brokers. */
export function failedBody(exception: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ exception }, ttl, now, headers);
}

/** The exception in the result of a purged job. */
export function purgedException(channel: string): string {
  return `CancelledError: Channel "${channel}" was purged.`;
}

/** The exception in the result of a job that was deleted with its channel. */
export function deletedException(channel: string): string {
  return `CancelledError: Channel "${channel}" was deleted.`;
}

/** Members in the order of the codec. Times in milliseconds since the epoch. */
function endedBody(end: EarlyEnd, ttl: number | null, now: number, headers: Headers): string {
  const { skipped, cancelled, exception } = { skipped: undefined, cancelled: undefined, ...end };
  return stringify({
    success: false,
    skipped,
    ttl,
    timestamp: now,
    exception,
    cancelled,
    jobName: headers[HEADER.topic],
    nonce: headers[HEADER.nonce],
    startedAt: now,
    finishedAt: now,
    data: null,
  });
}
