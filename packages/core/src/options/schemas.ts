import { constants } from 'node:os';
import * as v from 'valibot';
import { DEFAULTS } from '../defaults.js';
import { parseDuration } from '../duration/index.js';
import { kindOf, show } from '../errors/show.js';
import { CHANNEL_NAME_RULE, isChannelName } from '../message/channel-name.js';
import { OUR_HEADERS } from '../message/header-names.js';
import { ID_RULE, isId } from '../message/id.js';

/** Building blocks for option schemas. Each message completes the sentence "Option "x" is 5: expected ...". */

/** A duration, converted to milliseconds. */
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

/** A duration above 0, converted to milliseconds. */
export const positiveDuration = v.pipe(
  duration,
  v.check((milliseconds) => milliseconds > 0, 'expected a duration above 0'),
);

/** An integer of at least `least`. */
export const wholeNumber = (least: number) =>
  v.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `expected a whole number of at least ${least}`,
  );

/** A number from `least` to `most`. */
export const numberWithin = (least: number, most: number) =>
  v.custom<number>(
    (value) => typeof value === 'number' && value >= least && value <= most,
    `expected a number from ${least} to ${most}`,
  );

/** How many dead letters a channel keeps, and for how long. The defaults are the same for all brokers. */
export const deadLetterLimits = v.optional(
  v.strictObject({
    maxCount: v.optional(wholeNumber(1), DEFAULTS.deadLetters.maxCount),
    maxAge: v.optional(positiveDuration, DEFAULTS.deadLetters.maxAge),
  }),
  {},
);

/** Text that is not empty. */
export const nonEmptyText = v.custom<string>(
  (value) => typeof value === 'string' && value.length > 0,
  'expected text that is not empty',
);

export const boolean = v.custom<boolean>((value) => typeof value === 'boolean', 'expected true or false');

/** The name of a channel. */
export const channelName = v.custom<string>(isChannelName, `expected ${CHANNEL_NAME_RULE}`);

/** The id of a job or a bucket. */
export const id = v.custom<string>(isId, `expected ${ID_RULE}`);

/** A Date that headers can store: from 1970 on. */
export const date = v.custom<Date>(
  (value) => value instanceof Date && value.getTime() >= 0,
  'expected a valid Date, from 1970 on',
);

/** A signal that a process can handle. SIGKILL and SIGSTOP cannot be handled. */
export const signalName = v.custom<NodeJS.Signals>(
  (value) => Object.hasOwn(constants.signals, String(value)) && value !== 'SIGKILL' && value !== 'SIGSTOP',
  'expected a signal that a process can handle, such as "SIGTERM"',
);

/** An AbortSignal. */
export const abortSignal = having<AbortSignal>('an AbortSignal', 'throwIfAborted', 'addEventListener');

/**
 * Headers without reserved names. A reserved header that is passed on by accident would make one message look like
 * another.
 */
export const headers = v.pipe(
  v.custom<Readonly<Record<string, string>>>(isPlainObject, 'expected an object whose values are all text'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [name, value] of Object.entries(dataset.value)) {
      const message = problemOfHeader(name, value);
      if (message !== undefined) addIssue({ message: `header ${show(name)} ${message}` });
    }
  }),
);

/** The problem with a header. The message does not contain the value, which may be a secret. */
function problemOfHeader(name: string, value: unknown): string | undefined {
  if (name.startsWith(OUR_HEADERS)) return `is reserved, like all that begin with "${OUR_HEADERS}"; do not pass it on`;
  if (name === '__proto__') return 'could poison the objects that it is copied into; give it another name';
  return typeof value === 'string' ? undefined : `is ${kindOf(value)}, expected text`;
}

/** One of these texts. */
export const oneOf = <const T extends readonly string[]>(choices: T) =>
  v.custom<T[number]>(
    (value) => choices.includes(value as string),
    `expected one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
  );

/** Any function. */
export const callable = <T>() => v.custom<T>((value) => typeof value === 'function', 'expected a function');

/** An object with these methods. */
export function having<T>(what: string, ...methods: readonly string[]) {
  return v.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function'),
    `expected ${what}: an object with ${methods.map((method) => `${method}()`).join(', ')}`,
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
