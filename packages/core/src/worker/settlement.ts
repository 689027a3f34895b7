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
import { failureOf, type ActorResult, type SettlingDisposition } from './disposition.js';
import { reasonFor } from './dead-letter-reason.js';

type Headers = Readonly<Record<string, string>>;

/** A delivery that is being settled, and when. */
export interface SettledDelivery {
  readonly delivery: Delivery;
  readonly parameters: MessageParameters;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/** Returns the outcome of the message itself. */
export function outcomeOf(disposition: SettlingDisposition, settled: SettledDelivery): Outcome {
  const { delivery, parameters, now } = settled;
  const { headers } = delivery.message;
  switch (disposition.action) {
    case 'ack':
    case 'reply':
      return { type: 'ack' };
    case 'nack': {
      const reason = reasonFor(disposition.result.error, attemptsOf(settled, disposition.wasNotRun), now);
      return { type: 'nack', headers: deadLetterHeaders(disposition, settled), reason };
    }
    case 'reject':
      return { type: 'reject', headers: asRouted(headers) };
    case 'retry':
      return { type: 'retry', headers: countTry(headers, parameters.retries.alreadyTried), delay: disposition.delay };
    case 'postpone':
      return { type: 'retry', headers: asRouted(headers), delay: disposition.delay };
    case 'pass-on':
      return {
        type: 'retry',
        headers: countUnrouted(headers, parameters.unrouted, parameters.unroutedSince ?? now),
        delay: disposition.delay,
      };
    case 'reschedule':
      return rescheduled(headers, parameters, now);
  }
}

/** Returns the next run of a recurring job. It is published with the settlement of this run. */
export function nextRun(disposition: SettlingDisposition, settled: SettledDelivery): OutgoingMessage | undefined {
  const dueAt = nextDueAt(disposition, settled);
  if (dueAt === undefined) return undefined;
  const { delivery, parameters, now } = settled;
  const { message, priority } = delivery;
  // A dead letter of this run needs the same arguments.
  const kept = disposition.action === 'nack' ? withSharedArgs(message.headers) : message.headers;
  const headers = recurringHeaders(kept, dueAt, now);
  return { ...message, headers, id: parameters.id, resultId: furtherResultBucketOf(headers), priority, dueAt };
}

/** Returns when a recurring job is due again; undefined if this disposition does not lead to another run. */
function nextDueAt(disposition: SettlingDisposition, { parameters, now }: SettledDelivery): number | undefined {
  const { action } = disposition;
  const endsRun = action === 'ack' || action === 'reply' || action === 'nack';
  if (!endsRun || parameters.schedule === undefined || isCancelled(disposition)) return undefined;
  return nextOccurrence(parameters.schedule, now);
}

/** The headers of a dead letter. If the recurring job continues, the dead letter stands for this run only, without the schedule. */
function deadLetterHeaders(disposition: SettlingDisposition, settled: SettledDelivery): Record<string, string> {
  const { headers } = settled.delivery.message;
  return asDeadLetter(nextDueAt(disposition, settled) === undefined ? headers : asOneOff(withSharedArgs(headers)));
}

/** How often an actor was started: each attempt, and each run that was lost with its worker. */
function attemptsOf({ delivery, parameters }: SettledDelivery, wasNotRun = false): number {
  const { alreadyTried } = parameters.retries;
  if (wasNotRun && !delivery.isExhausted) return alreadyTried;
  return alreadyTried + delivery.deliveryCount - 1 + (wasNotRun ? 0 : 1);
}

/** Returns the result bucket. That of a failed job has the job's name. */
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

function isCancelled(disposition: SettlingDisposition): boolean {
  return isA(failureOf(disposition)?.error, CancelledError);
}
