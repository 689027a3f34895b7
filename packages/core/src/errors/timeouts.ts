import { TimeoutError } from './errors.js';

/** The words for what took too long, the same whichever broker is waited on. Limits in milliseconds. */

/** A run of an actor lasted longer than its limit. */
export function runTimeout(actor: string, limit: number): TimeoutError {
  return new TimeoutError(`"${actor}" ran longer than ${limit} ms.`);
}

/** What goes with the end of a run, such as its callbacks or producer middlewares, lasted longer than its limit. */
export function endTimeout(actor: string, what: string, limit: number): TimeoutError {
  return new TimeoutError(`${what} of "${actor}" lasted longer than ${limit} ms.`);
}

/** A bucket that was waited for was not stored in time. For bucket brokers. */
export function bucketTimeout(bucketId: string, limit: number): TimeoutError {
  return new TimeoutError(
    `Bucket "${bucketId}" was not stored within ${limit} ms. Wait longer, or look whether the job that stores it has run.`,
  );
}

/** A request had no reply in time. */
export function replyTimeout(channel: string, limit: number): TimeoutError {
  return new TimeoutError(
    `No reply from channel "${channel}" within ${limit} ms. Is a worker running, and does its actor reply?`,
  );
}
