import * as v from 'valibot';
import { InvalidOptionError } from '../errors/index.js';
import { kindOf, show } from '../errors/show.js';
import { remedyFor } from './names-elsewhere.js';

/**
 * Validates and converts options with a schema made by `v.strictObject`.
 *
 * @param owner whose options they are, e.g. `job "sendMail"`, for the error
 * @throws InvalidOptionError that names the option, its value and what was expected
 */
export function parseOptions<Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
  owner: string,
): v.InferOutput<Schema> {
  if (!isObject(options)) throw notAnObject(options, owner);
  const parsed = v.safeParse(schema, options, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw problemOf(parsed.issues[0], schema, owner);
}

/**
 * The options without those that are `undefined`.
 *
 * @throws InvalidOptionError for a value that is not an object
 */
export function withoutUndefined<T extends object>(options: T | undefined, owner: string): Partial<T> {
  if (options !== undefined && !isObject(options)) throw notAnObject(options, owner);
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemOf(issue: v.BaseIssue<unknown>, schema: v.GenericSchema, owner: string): InvalidOptionError {
  const path = issue.path?.map((item) => String(item.key)).join('.');
  return path === undefined
    ? notAnObject(issue.input, owner)
    : new InvalidOptionError(describe(issue, path, schema, owner));
}

function notAnObject(options: unknown, owner: string): InvalidOptionError {
  return new InvalidOptionError(`The options of ${owner} are ${showGiven(options)}: expected an object.`);
}

function describe(issue: v.BaseIssue<unknown>, path: string, schema: v.GenericSchema, owner: string): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = knownOptions(schema);
    return `${owner} has no option "${path}". ${remedyFor(path, known) ?? `It has: ${known.join(', ')}.`}`;
  }
  if (issue.type === 'strict_object') return `Option "${path}" of ${owner} is missing.`;
  return `Option "${path}" of ${owner} is ${showGiven(issue.input)}: ${issue.message}.`;
}

/** Shows only the kind of an object: a broker passed by mistake contains a password. */
function showGiven(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString();
  return typeof value === 'object' ? kindOf(value) : show(value).replaceAll(CREDENTIALS, '//...@');
}

/** User name and password in a URL. */
const CREDENTIALS = /\/\/[^/@\s]*@/g;

function knownOptions(schema: v.GenericSchema): string[] {
  return Object.keys((schema as { entries?: object }).entries ?? {});
}
