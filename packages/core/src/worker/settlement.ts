import type { Delivery, Outcome } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import { CancelledError } from '../errors/index.js';
import { asDeadLetter, countTry, countUnrouted, withoutCounters } from '../message/counters.js';
import {
  asNextRun,
  furtherResultBucketOf,
  HEADER,
  nextOccurrence,
  withSharedArgs,
  type MessageParameters,
  type OutgoingMessage,
} from '../message/index.js';
import type { Closing, RunResult } from './closing.js';
import { reasonFor } from './dead-letter-reason.js';

/** A message that is to be closed, and when. */
export interface Closed {
  readonly delivery: Delivery;
  readonly parameters: MessageParameters;
  readonly now: number;
}

/** What becomes of the message itself. */
export function outcomeOf(closing: Closing, closed: Closed): Outcome {
  const { parameters, now } = closed;
  const { headers } = closed.delivery.message;
  const { alreadyTried } = parameters.retries;
  const attempts = (wasNotRun = false): number => alreadyTried + (wasNotRun ? 0 : 1);
  switch (closing.action) {
    case 'acked':
    case 'replied':
      return { type: 'ack' };
    case 'nacked':
      return {
        type: 'nack',
        headers: asDeadLetter(nextDueAt(closing, closed) === undefined ? headers : withSharedArgs(headers)),
        reason: reasonFor(closing.result.error, attempts(closing.wasNotRun), now),
      };
    case 'rejected':
      return { type: 'reject', headers };
    case 'retried':
      return { type: 'retry', headers: countTry(headers, alreadyTried), delay: closing.delay };
    case 'postponed':
      return { type: 'retry', headers, delay: closing.delay };
    case 'unrouted':
      return { type: 'retry', headers: countUnrouted(headers, parameters.unrouted), delay: closing.delay };
    case 'rescheduled':
      return rescheduled(headers, parameters, now);
  }
}

/** The next run of a recurring job, which is published by the end of this one. */
export function nextRun(closing: Closing, closed: Closed): OutgoingMessage | undefined {
  const dueAt = nextDueAt(closing, closed);
  if (dueAt === undefined) return undefined;
  const { delivery, parameters, now } = closed;
  const { message, priority } = delivery;
  const headers = recurringHeaders(
    closing.action === 'nacked' ? withSharedArgs(message.headers) : message.headers,
    dueAt,
    now,
  );
  return { ...message, headers, id: parameters.id, resultId: furtherResultBucketOf(headers), priority, dueAt };
}

/** When a recurring job comes again, which has ended in this way. */
function nextDueAt(closing: Closing, { parameters, now }: Closed): number | undefined {
  const ends = closing.action === 'acked' || closing.action === 'replied' || closing.action === 'nacked';
  if (!ends || parameters.schedule === undefined || isCancelled(closing)) return undefined;
  return nextOccurrence(parameters.schedule, now);
}

/** The result bucket, where the job's end is to be told. A failed one says the job's name. */
export function resultBucket(
  result: RunResult,
  ttl: number | null,
  startedAt: number,
  finishedAt: number,
  jobName?: string,
): ResultBucket {
  const finished = new Date(finishedAt);
  const times = { startedAt: new Date(startedAt), finishedAt: finished, timestamp: finished, ttl };
  if ('value' in result) return { data: result.value ?? null, success: true, ...times };
  const { error } = result;
  const cancelled = error instanceof CancelledError ? { cancelled: true } : undefined;
  return { data: null, success: false, exception: describeException(error), jobName, ...cancelled, ...times };
}

function rescheduled(headers: Readonly<Record<string, string>>, { schedule }: MessageParameters, now: number): Outcome {
  const dueAt = schedule && nextOccurrence(schedule, now);
  if (dueAt === undefined) return { type: 'retry', headers: asNextRun(withoutCounters(headers)), delay: 0 };
  return { type: 'retry', headers: recurringHeaders(headers, dueAt, now), delay: Math.max(0, dueAt - now) };
}

function recurringHeaders(
  headers: Readonly<Record<string, string>>,
  dueAt: number,
  now: number,
): Record<string, string> {
  return { ...asNextRun(withoutCounters(headers)), [HEADER.dueAt]: String(dueAt), [HEADER.timestamp]: String(now) };
}

function isCancelled(closing: Closing): boolean {
  return 'result' in closing && 'error' in closing.result && closing.result.error instanceof CancelledError;
}

function describeException(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
