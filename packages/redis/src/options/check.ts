import { InvalidOptionError, parseDuration } from '@repid/core';

/** Turns a value into its resolved form; throws what it expected instead. */
export type OptionCheck<T> = (value: unknown) => T;

/** A value that an option does not take; its message says what it takes. */
class Expected extends Error {}

/** A duration, turned into milliseconds, of at least so many. */
export function duration(least = 0): OptionCheck<number> {
  return (value) => {
    const parsed = parseDuration(value);
    if (parsed === undefined) throw new Expected('a duration: milliseconds, or text such as "5s", "10m", "2w"');
    if (parsed < least) throw new Expected(`a duration of at least ${least} ms`);
    return parsed;
  };
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number): OptionCheck<number> {
  return (value) => {
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    throw new Expected(`a whole number of at least ${least}`);
  };
}

/** Text with something in it. */
export function nonEmptyText(value: unknown): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw new Expected('text that is not empty');
}

/** A function of any shape. */
export function callable<T>(value: unknown): T {
  if (typeof value === 'function') return value as T;
  throw new Expected('a function');
}

/**
 * The options, checked and resolved.
 *
 * @throws InvalidOptionError that names the option, its value and what was expected
 */
export function checkOptions<T extends object>(
  checks: { readonly [Name in keyof T]-?: OptionCheck<T[Name]> },
  options: unknown,
  defaults: T,
  owner: string,
): T {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(`The options of ${owner} are ${show(options)}: expected an object.`);
  }
  const resolved = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(options)) {
    const check = (checks as Record<string, OptionCheck<unknown> | undefined>)[name];
    if (!check) throw new InvalidOptionError(unknownOption(name, Object.keys(checks), owner));
    if (value !== undefined) resolved[name] = checked(check, value, `Option "${name}" of ${owner}`);
  }
  return resolved as T;
}

function checked(check: OptionCheck<unknown>, value: unknown, subject: string): unknown {
  try {
    return check(value);
  } catch (problem) {
    if (!(problem instanceof Expected)) throw problem;
    throw new InvalidOptionError(`${subject} is ${show(value)}: expected ${problem.message}.`);
  }
}

function unknownOption(name: string, known: readonly string[], owner: string): string {
  return `${owner} has no option "${name}". It has: ${known.join(', ')}.`;
}

function show(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
}
