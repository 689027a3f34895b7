import type { Delivery, Outcome } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import { CancelledError, errorText } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { asDeadLetter, asOneOff, asRouted, countTry, countUnrouted, withoutCounters } from '../message/counters.js';
import {
  asNextRun,
  furtherResultBucketOf,
  HEADER,
  nextOccurrence,
  withSharedArgs,
  type MessageParameters,
  type OutgoingMessage,
} from '../message/index.js';
import type { Closing, ActorResult } from './disposition.js';
import { reasonFor } from './dead-letter-reason.js';

type Headers = Readonly<Record<string, string>>;

/** A message that is to be closed, and when. */
export interface Closed {
  readonly delivery: Delivery;
  readonly parameters: MessageParameters;
  readonly now: number;
}

/** What becomes of the message itself. */
export function outcomeOf(closing: Closing, closed: Closed): Outcome {
  const { delivery, parameters, now } = closed;
  const { headers } = delivery.message;
  switch (closing.action) {
    case 'acked':
    case 'replied':
      return { type: 'ack' };
    case 'nacked': {
      const reason = reasonFor(closing.result.error, attemptsOf(closed, closing.wasNotRun), now);
      return { type: 'nack', headers: letterHeaders(closing, closed), reason };
    }
    case 'rejected':
      return { type: 'reject', headers: asRouted(headers) };
    case 'retried':
      return { type: 'retry', headers: countTry(headers, parameters.retries.alreadyTried), delay: closing.delay };
    case 'postponed':
      return { type: 'retry', headers: asRouted(headers), delay: closing.delay };
    case 'unrouted':
      return {
        type: 'retry',
        headers: countUnrouted(headers, parameters.unrouted, parameters.unroutedSince ?? now),
        delay: closing.delay,
      };
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
  // Its dead letter, where it leaves one, is to find the arguments, too.
  const kept = closing.action === 'nacked' ? withSharedArgs(message.headers) : message.headers;
  const headers = recurringHeaders(kept, dueAt, now);
  return { ...message, headers, id: parameters.id, resultId: furtherResultBucketOf(headers), priority, dueAt };
}

/** When a recurring job comes again, which has ended in this way. */
function nextDueAt(closing: Closing, { parameters, now }: Closed): number | undefined {
  const ends = closing.action === 'acked' || closing.action === 'replied' || closing.action === 'nacked';
  if (!ends || parameters.schedule === undefined || isCancelled(closing)) return undefined;
  return nextOccurrence(parameters.schedule, now);
}

/** A letter of a job that goes on without it is one run, not the schedule. */
function letterHeaders(closing: Closing, closed: Closed): Record<string, string> {
  const { headers } = closed.delivery.message;
  return asDeadLetter(nextDueAt(closing, closed) === undefined ? headers : asOneOff(withSharedArgs(headers)));
}

/** How often the actor was begun: each try, and each run that its worker did not survive. */
function attemptsOf({ delivery, parameters }: Closed, wasNotRun = false): number {
  const { alreadyTried } = parameters.retries;
  if (wasNotRun && !delivery.isExhausted) return alreadyTried;
  return alreadyTried + delivery.deliveryCount - 1 + (wasNotRun ? 0 : 1);
}

/** The result bucket, where the job's end is to be told. A failed one says the job's name. */
export function resultBucket(
  result: ActorResult,
  ttl: number | null,
  startedAt: number,
  finishedAt: number,
  jobName?: string,
): ResultBucket {
  const finished = new Date(finishedAt);
  const times = { startedAt: new Date(startedAt), finishedAt: finished, timestamp: finished, ttl };
  if ('value' in result) return { data: result.value ?? null, success: true, ...times };
  const { error } = result;
  const cancelled = isA(error, CancelledError) ? { cancelled: true } : undefined;
  return { data: null, success: false, exception: errorText(error), jobName, ...cancelled, ...times };
}

function rescheduled(headers: Headers, { schedule }: MessageParameters, now: number): Outcome {
  const dueAt = schedule && nextOccurrence(schedule, now);
  if (dueAt === undefined) return { type: 'retry', headers: asNextRun(withoutCounters(headers)), delay: 0 };
  return { type: 'retry', headers: recurringHeaders(headers, dueAt, now), delay: Math.max(0, dueAt - now) };
}

function recurringHeaders(headers: Headers, dueAt: number, now: number): Record<string, string> {
  return { ...asNextRun(withoutCounters(headers)), [HEADER.dueAt]: String(dueAt), [HEADER.timestamp]: String(now) };
}

function isCancelled(closing: Closing): boolean {
  return 'result' in closing && 'error' in closing.result && isA(closing.result.error, CancelledError);
}
