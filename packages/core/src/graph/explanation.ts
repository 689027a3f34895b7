import type { JobInspection } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Condition } from '../dependency/index.js';
import { HEADER, readParameters, type Schedule } from '../message/index.js';
import { endedState, type JobStatus } from '../job/job-status.js';

/** A bucket that a job waits for, and the job that is to store it. */
export interface Awaited {
  readonly bucketId: string;
  readonly condition: Condition;
  /** The state of that job; `unknown` if the broker holds no job that stores the bucket. */
  readonly state: JobStatus['state'];
  /** The channel of that job. */
  readonly channel?: string;
  /** The name of that job; only for the first three. */
  readonly name?: string;
}

/** How many buckets the sentence names. */
export const MAX_NAMED = 3;

/** Why a job is not done, or how it ended. */
export interface JobExplanation {
  readonly state: JobStatus['state'];
  /** The job's channel; only while the broker holds the job. */
  readonly channel?: string;
  /** The job that it delegated to, if the broker holds that one. The other fields then describe it. */
  readonly delegatedTo?: { readonly name?: string; readonly id: string };
  /** The buckets that are not stored yet, and the state of the jobs that store them. */
  readonly waitsFor: readonly Awaited[];
  readonly delayedUntil?: Date;
  /** How it recurs; only while the broker holds the job. */
  readonly schedule?: Schedule;
  /** Retries used and allowed; only while the broker holds the job. */
  readonly retries?: { readonly maxAmount: number; readonly alreadyTried: number };
  /** Why it failed or was skipped. */
  readonly exception?: string;
  /** All of this in one sentence. */
  readonly text: string;
}

/** The job to explain. */
interface Asked {
  readonly id: string;
  /** Name and id. */
  readonly label: string;
}

const PAST = { succeeded: 'succeeded', failed: 'failed', skipped: 'been skipped', cancelled: 'been cancelled' };

/** Explains a job that the broker does not hold, by its result. */
export function explainEnded(job: Asked, bucket: ResultBucket | undefined): JobExplanation {
  const state = endedState(bucket);
  const why = bucket?.exception === undefined ? '' : ` ${bucket.exception}`;
  const fact = state === 'unknown' ? 'is not held by the broker, and no result of it is kept' : `has ${PAST[state]}`;
  return { state, waitsFor: [], exception: bucket?.exception, text: `Job ${job.label} ${fact}.${why}` };
}

/** Explains a job that the broker holds. */
export function explainHeld(job: Asked, inspection: JobInspection, waitsFor: readonly Awaited[]): JobExplanation {
  const { location, channel, message, dueAt } = inspection;
  const { retries, schedule } = readParameters(message.headers);
  const delayedUntil = dueAt === undefined ? undefined : new Date(dueAt);
  const delegatedTo = delegateOf(job, inspection);
  const subject = delegatedTo ? `has delegated to ${labelOf(delegatedTo)}, which is` : 'is';
  const parts = [
    `${location} on channel "${channel}"`,
    waitsFor.length > 0 && describeWaits(waitsFor, channel),
    delayedUntil && `until ${delayedUntil.toISOString()}`,
    schedule && describeSchedule(schedule),
    retries.alreadyTried > 0 && `retry ${retries.alreadyTried} of ${retries.maxAmount}`,
  ].filter((part) => typeof part === 'string');
  const text = `Job ${job.label} ${subject} ${parts.join(', ')}.`;
  return { state: location, channel, delegatedTo, waitsFor, delayedUntil, schedule, retries, text };
}

function delegateOf({ id }: Asked, { jobId, message }: JobInspection): JobExplanation['delegatedTo'] {
  return jobId === id ? undefined : { name: message.headers[HEADER.topic], id: jobId };
}

function labelOf({ name, id }: NonNullable<JobExplanation['delegatedTo']>): string {
  return name === undefined ? `"${id}"` : `"${name}" (${id})`;
}

function describeWaits(waitsFor: readonly Awaited[], channel: string): string {
  const named = waitsFor.slice(0, MAX_NAMED).map((awaited) => describeAwaited(awaited, channel));
  const more = waitsFor.length > MAX_NAMED ? ` and ${waitsFor.length - MAX_NAMED} more` : '';
  return `for ${named.join(', ')}${more}`;
}

function describeAwaited({ bucketId, condition, state, channel, name }: Awaited, here: string): string {
  const where = channel === undefined || channel === here ? state : `${state} on channel "${channel}"`;
  const detail = name === undefined ? where : `${bucketId}, ${where}`;
  return `the ${condition} of "${name ?? bucketId}" (${detail})`;
}

function describeSchedule(schedule: Schedule): string {
  if ('every' in schedule) return `recurring every ${schedule.every} ms`;
  const zone = schedule.timeZone === undefined ? '' : ` in time zone "${schedule.timeZone}"`;
  return `recurring by cron "${schedule.cron}"${zone}`;
}
