import { InvalidOptionError } from '../errors/index.js';
import { nextCronTime, type Schedule } from '../message/index.js';
import type { ParsedJobOptions } from './job-options.js';

type Cron = NonNullable<ParsedJobOptions['cron']>;

/** When a job is due first, and how it recurs. */
export interface FirstOccurrence {
  /** Milliseconds since the epoch; undefined for now. */
  readonly dueAt?: number;
  /** Given if the broker is to count the time itself: from now, or from when the job is released. In milliseconds. */
  readonly delay?: number;
  readonly recurring?: Schedule;
}

type Timing = Pick<ParsedJobOptions, 'delay' | 'deferredUntil' | 'every' | 'deferredBy' | 'cron'>;

const AT_ONCE: FirstOccurrence = {};

/** Options of which only one may be given: they are names of one thing, or two schedules. */
const EXCLUSIVE = [
  ['delay', 'deferredUntil'],
  ['every', 'deferredBy'],
  ['cron', 'deferredBy'],
  ['cron', 'every'],
] as const satisfies readonly (readonly [keyof Timing, keyof Timing])[];

/** @throws InvalidOptionError for an interval of 0, an invalid cron expression, and for two options for the same thing */
export function firstOccurrence(timing: Timing, now: number): FirstOccurrence {
  const { delay, deferredUntil, cron } = timing;
  if (delay === undefined && deferredUntil === undefined && !recurs(timing)) return AT_ONCE; // Most jobs.
  requireCompatible(timing);
  const until = deferredUntil?.getTime() ?? (delay === undefined ? undefined : now + delay);
  if (cron !== undefined) return firstCronOccurrence(cron, until ?? now);
  const name = timing.every === undefined ? 'deferredBy' : 'every';
  const every = timing[name];
  if (every === undefined) return { dueAt: until, delay };
  if (every < 1) throw new InvalidOptionError(`Option "${name}" is 0: a job can recur every millisecond at most.`);
  const dueAt = until ?? now + every;
  return { dueAt, recurring: { every, dueAt } };
}

/** True for a recurring job. */
export function recurs({ every, deferredBy, cron }: Pick<Timing, 'every' | 'deferredBy' | 'cron'>): boolean {
  return every !== undefined || deferredBy !== undefined || cron !== undefined;
}

/** @throws InvalidOptionError */
function requireCompatible(timing: Timing): void {
  for (const [one, other] of EXCLUSIVE) {
    if (timing[one] !== undefined && timing[other] !== undefined)
      throw new InvalidOptionError(`Options "${one}" and "${other}" are both given. Leave one of them out.`);
  }
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
