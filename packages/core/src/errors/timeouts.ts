import { TimeoutError } from './errors.js';

/** The messages for timeouts, the same for all brokers. Limits in milliseconds. */

/** The run of an actor exceeded its limit. */
export function runTimeout(actor: string, limit: number): TimeoutError {
  return new TimeoutError(`"${actor}" ran longer than ${limit} ms.`);
}

/** Work at the end of a run, such as callbacks or producer middlewares, exceeded its limit. */
export function endTimeout(actor: string, what: string, limit: number): TimeoutError {
  return new TimeoutError(`${what} of "${actor}" lasted longer than ${limit} ms.`);
}

/** A bucket was not stored in time. For bucket brokers. */
export function bucketTimeout(bucketId: string, limit: number): TimeoutError {
  return new TimeoutError(
    `Bucket "${bucketId}" was not stored within ${limit} ms. Wait longer, or check whether the job that stores it has run.`,
  );
}

/** A request got no reply in time. */
export function replyTimeout(channel: string, limit: number): TimeoutError {
  return new TimeoutError(
    `No reply from channel "${channel}" within ${limit} ms. Is a worker running, and does its actor reply?`,
  );
}
