import { HEADER } from '../message/header-names.js';
import { stringify } from '../serializer/json-serializer.js';

type Headers = Readonly<Record<string, string>>;

/** How a job has ended that no worker has ended; each text is the result's `exception`. */
type Ending =
  | { readonly skipped: true; readonly exception: string }
  | { readonly cancelled: true; readonly exception: string }
  | { readonly exception: string };

/**
 * The body of the result of a job that was skipped, as the codec would write it. For brokers: they skip by themselves.
 *
 * @param headers the job's: its name and its nonce are in the body
 */
export function skippedBody(reason: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ skipped: true, exception: reason }, ttl, now, headers);
}

/** The body of the result of a job that was cancelled, purged, or deleted with its channel. For brokers. */
export function cancelledBody(exception: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ cancelled: true, exception }, ttl, now, headers);
}

/** The body of the result of a job that the broker gives up by itself, because its workers keep dying. For brokers. */
export function failedBody(exception: string, ttl: number | null, now: number, headers: Headers = {}): string {
  return endedBody({ exception }, ttl, now, headers);
}

/** What the result of a job says that was purged. */
export function purgedException(channel: string): string {
  return `CancelledError: Channel "${channel}" was purged.`;
}

/** What the result of a job says that was deleted with its channel. */
export function deletedException(channel: string): string {
  return `CancelledError: Channel "${channel}" was deleted.`;
}

/** Members in the order of the codec; times in milliseconds since the epoch. */
function endedBody(ending: Ending, ttl: number | null, now: number, headers: Headers): string {
  const { skipped, cancelled, exception } = { skipped: undefined, cancelled: undefined, ...ending };
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
