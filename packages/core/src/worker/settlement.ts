import type { Delivery, Outcome } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import { CancelledError } from '../errors/index.js';
import { asDeadLetter, countTry, countUnrouted, withoutCounters } from '../message/counters.js';
import { HEADER, nextOccurrence, type MessageParameters, type OutgoingMessage } from '../message/index.js';
import type { Closing, RunResult } from './closing.js';
import { reasonFor } from './dead-letter-reason.js';

/** A message that is to be closed, and when. */
export interface Closed {
  readonly delivery: Delivery;
  readonly parameters: MessageParameters;
  readonly now: number;
}

/** What becomes of the message itself. */
export function outcomeOf(closing: Closing, { delivery, parameters, now }: Closed): Outcome {
  const { headers } = delivery.message;
  const { alreadyTried } = parameters.retries;
  const attempts = (wasNotRun = false): number => alreadyTried + (wasNotRun ? 0 : 1);
  switch (closing.action) {
    case 'acked':
    case 'replied':
      return { type: 'ack' };
    case 'nacked':
      return {
        type: 'nack',
        headers: asDeadLetter(headers),
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
export function nextRun(closing: Closing, { delivery, parameters, now }: Closed): OutgoingMessage | undefined {
  const ends = closing.action === 'acked' || closing.action === 'replied' || closing.action === 'nacked';
  if (!ends || parameters.schedule === undefined || isCancelled(closing)) return undefined;
  const dueAt = nextOccurrence(parameters.schedule, now);
  if (dueAt === undefined) return undefined;
  const headers = recurringHeaders(delivery.message.headers, dueAt, now);
  return { ...delivery.message, headers, id: parameters.id, priority: delivery.priority, dueAt };
}

/** The result bucket, where the job's end is to be told. */
export function resultBucket(
  result: RunResult,
  ttl: number | null,
  startedAt: number,
  finishedAt: number,
): ResultBucket {
  const finished = new Date(finishedAt);
  const times = { startedAt: new Date(startedAt), finishedAt: finished, timestamp: finished, ttl };
  if ('value' in result) return { data: result.value ?? null, success: true, ...times };
  const { error } = result;
  const cancelled = error instanceof CancelledError ? { cancelled: true } : undefined;
  return { data: null, success: false, exception: describeException(error), ...cancelled, ...times };
}

function rescheduled(headers: Readonly<Record<string, string>>, { schedule }: MessageParameters, now: number): Outcome {
  const dueAt = schedule && nextOccurrence(schedule, now);
  if (dueAt === undefined) return { type: 'retry', headers: withoutCounters(headers), delay: 0 };
  return { type: 'retry', headers: recurringHeaders(headers, dueAt, now), delay: Math.max(0, dueAt - now) };
}

function recurringHeaders(
  headers: Readonly<Record<string, string>>,
  dueAt: number,
  now: number,
): Record<string, string> {
  return { ...withoutCounters(headers), [HEADER.dueAt]: String(dueAt), [HEADER.timestamp]: String(now) };
}

function isCancelled(closing: Closing): boolean {
  return 'result' in closing && 'error' in closing.result && closing.result.error instanceof CancelledError;
}

function describeException(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
