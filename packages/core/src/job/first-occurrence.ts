import { InvalidOptionError } from '../errors/index.js';
import { nextCronTime, type Schedule } from '../message/index.js';
import type { ParsedJobOptions } from './job-options.js';

type Cron = NonNullable<ParsedJobOptions['cron']>;

/** When a job is due first, and how it recurs. */
export interface FirstOccurrence {
  /** Milliseconds since the epoch; undefined for now. */
  readonly dueAt?: number;
  readonly recurring?: Schedule;
}

/** @throws InvalidOptionError for an interval of 0, an invalid cron expression, and for both at once */
export function firstOccurrence(
  { deferredUntil, deferredBy, cron }: Pick<ParsedJobOptions, 'deferredUntil' | 'deferredBy' | 'cron'>,
  now: number,
): FirstOccurrence {
  const until = deferredUntil?.getTime();
  if (cron !== undefined && deferredBy !== undefined) {
    throw new InvalidOptionError(
      'Options "cron" and "deferredBy" are both given, but a job has one schedule. Leave one of them out.',
    );
  }
  if (cron !== undefined) return firstCronOccurrence(cron, until ?? now);
  if (deferredBy === undefined) return { dueAt: until };
  if (deferredBy < 1)
    throw new InvalidOptionError('Option "deferredBy" is 0: a job can recur every millisecond at most.');
  const dueAt = until ?? now + deferredBy;
  return { dueAt, recurring: { every: deferredBy, dueAt } };
}

/** The time zone of this process. It is stored with the job, since other processes compute later occurrences. */
function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function firstCronOccurrence(cron: Cron, after: number): FirstOccurrence {
  const { expression, timeZone = ownTimeZone() } =
    typeof cron === 'string' ? { expression: cron, timeZone: undefined } : cron;
  const dueAt = nextCronTime(expression, timeZone, after);
  if (dueAt === undefined) {
    throw new InvalidOptionError(`Cron expression "${expression}" has no future time. Choose another.`);
  }
  return { dueAt, recurring: { cron: expression, timeZone, dueAt } };
}
