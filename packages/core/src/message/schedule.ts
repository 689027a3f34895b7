import { Cron } from 'croner';
import { InvalidOptionError } from '../errors/index.js';

/** How a job recurs: every so many milliseconds, or by a cron expression. */
export type Schedule =
  | { readonly every: number; readonly dueAt: number }
  | { readonly cron: string; readonly timeZone?: string; readonly dueAt: number };

/**
 * The next time of a recurring job: the first one after both this occurrence and now, so that missed occurrences run
 * once in total. Undefined if the expression has no further time.
 */
export function nextOccurrence(schedule: Schedule, now: number): number | undefined {
  if ('cron' in schedule) return nextCronTime(schedule.cron, schedule.timeZone, Math.max(now, schedule.dueAt));
  const missed = Math.max(0, Math.floor((now - schedule.dueAt) / schedule.every));
  return schedule.dueAt + (missed + 1) * schedule.every;
}

/** @throws InvalidOptionError for a schedule without a next time */
export function checkSchedule(schedule: Schedule): void {
  if ('cron' in schedule) nextCronTime(schedule.cron, schedule.timeZone, schedule.dueAt);
  else if (schedule.every < 1)
    throw new InvalidOptionError(`An interval of ${schedule.every} ms is too short. Give 1 or more.`);
}

/**
 * The first time of the cron expression after `after`, in milliseconds since the epoch.
 *
 * @throws InvalidOptionError for an invalid expression or time zone
 */
export function nextCronTime(expression: string, timeZone: string | undefined, after: number): number | undefined {
  try {
    return new Cron(expression, { timezone: timeZone }).nextRun(new Date(after))?.getTime();
  } catch (cause) {
    throw new InvalidOptionError(
      `Cron expression "${expression}"${timeZone === undefined ? '' : ` in time zone "${timeZone}"`} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
}
