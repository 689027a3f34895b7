import ms, { type StringValue } from 'ms';
import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';

/** A duration: milliseconds, or text that the npm package `ms` reads: `'250ms'`, `'5s'`, `'10m'`, `'2w'`. */
export type Duration = number | string;

/** A hundred years, in milliseconds. A longer duration is a mistake, and more than brokers can represent. */
export const LONGEST_DURATION = 100 * 365.25 * 86_400_000;

/**
 * The duration in milliseconds; undefined for an invalid one: not finite, negative, above 100 years, or unreadable
 * text.
 */
export function parseDuration(duration: unknown): number | undefined {
  const parsed = typeof duration === 'string' ? parseText(duration) : duration;
  return typeof parsed === 'number' && parsed >= 0 && parsed <= LONGEST_DURATION ? parsed : undefined;
}

/**
 * The duration in milliseconds.
 *
 * @param name what the duration is for, for the error
 * @throws InvalidOptionError for an invalid duration
 */
export function toMilliseconds(duration: Duration, name: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) {
    throw new InvalidOptionError(
      `"${name}" is ${show(duration)}, which is not a duration. Give milliseconds, or text such as "5s", "10m", "2w", of 100 years at most.`,
    );
  }
  return parsed;
}

function parseText(text: string): number | undefined {
  return text.length > 0 && text.length <= 100 ? ms(text as StringValue) : undefined;
}
