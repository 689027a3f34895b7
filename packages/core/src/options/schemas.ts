import * as v from 'valibot';
import { DEFAULTS } from '../defaults.js';
import { parseDuration } from '../duration/index.js';
import { CHANNEL_NAME_RULE, isChannelName } from '../message/channel-name.js';
import { OUR_HEADERS } from '../message/header-names.js';

/** The pieces that options are checked with. Each message reads on from "Option "x" is 5: expected ...". */

/** A duration, turned into milliseconds. */
export const duration = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, number>(({ dataset, addIssue, NEVER }) => {
    const milliseconds = parseDuration(dataset.value);
    if (milliseconds !== undefined) return milliseconds;
    addIssue({
      message: 'expected a duration: milliseconds, or text such as "5s", "10m", "2w", of 100 years at most',
    });
    return NEVER;
  }),
);

/** A duration that is not nothing, turned into milliseconds. */
export const positiveDuration = v.pipe(
  duration,
  v.check((milliseconds) => milliseconds > 0, 'expected a duration above 0'),
);

/** A whole number of at least `least`. */
export const wholeNumber = (least: number) =>
  v.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `expected a whole number of at least ${least}`,
  );

/** How many dead letters a channel keeps, and for how long. Both have defaults, the same for all brokers. */
export const deadLetterLimits = v.optional(
  v.strictObject({
    maxCount: v.optional(wholeNumber(1), DEFAULTS.deadLetters.maxCount),
    maxAge: v.optional(positiveDuration, DEFAULTS.deadLetters.maxAge),
  }),
  {},
);

/** Text with something in it. */
export const nonEmptyText = v.custom<string>(
  (value) => typeof value === 'string' && value.length > 0,
  'expected text that is not empty',
);

export const boolean = v.custom<boolean>((value) => typeof value === 'boolean', 'expected true or false');

/** The name of a channel. */
export const channelName = v.custom<string>(isChannelName, `expected ${CHANNEL_NAME_RULE}`);

/** Text by name, without the names that are ours: passed on by accident, they would make one message pass for another. */
export const headers = v.pipe(
  v.custom<Readonly<Record<string, string>>>(
    (value) => isPlainObject(value) && Object.values(value).every((text) => typeof text === 'string'),
    'expected an object whose values are all text',
  ),
  v.check(
    (value) => !Object.keys(value).some((name) => name.startsWith(OUR_HEADERS)),
    `expected no names that begin with "${OUR_HEADERS}", which are kept for Repid; leave them out of what you pass on`,
  ),
);

/** One of these texts. */
export const oneOf = <const T extends readonly string[]>(choices: T) =>
  v.custom<T[number]>(
    (value) => choices.includes(value as string),
    `expected one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
  );

/** A function of any shape. */
export const callable = <T>() => v.custom<T>((value) => typeof value === 'function', 'expected a function');

/** An object that has these methods. */
export const having = <T>(what: string, ...methods: readonly string[]) =>
  v.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
    `expected ${what}: an object with ${methods.map((method) => `${method}()`).join(', ')}`,
  );

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
