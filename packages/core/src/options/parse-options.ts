import * as v from 'valibot';
import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';

/**
 * The options, checked and resolved by a schema made with `v.strictObject`.
 *
 * @param owner whose options they are, e.g. `job "sendMail"`; the error says it
 * @throws InvalidOptionError that names the option, its value and what was expected
 */
export function parseOptions<Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
  owner: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, options, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw new InvalidOptionError(describe(parsed.issues[0], schema, owner));
}

/** The options that are given: one that is set to `undefined` is not. */
export function withoutUndefined<T extends object>(options: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function describe(issue: v.BaseIssue<unknown>, schema: v.GenericSchema, owner: string): string {
  const path = issue.path?.map((item) => String(item.key)).join('.');
  if (path === undefined) return `The options of ${owner} are ${show(issue.input)}: expected an object.`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${owner} has no option "${path}". It has: ${knownOptions(schema)}.`;
  }
  if (issue.type === 'strict_object') return `Option "${path}" of ${owner} is missing.`;
  return `Option "${path}" of ${owner} is ${show(issue.input)}: ${issue.message}.`;
}

function knownOptions(schema: v.GenericSchema): string {
  return Object.keys((schema as { entries?: object }).entries ?? {}).join(', ');
}
