import * as v from 'valibot';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { option, parseOptions } from '@repid/core/internal';
import { declareParameter } from './parameter-metadata.js';
import { isPipe, type Pipe, requirePipes } from './pipe.js';
import { isSchema } from './schema.js';

/** Which part of the payload a parameter takes, and what it must be. */
export interface PayloadOptions {
  /** The field to take. @default the whole payload */
  field?: string;
  /** For an array: the class of its items, or String, Number, ... @default any */
  items?: Function;
  /** A Standard Schema (zod, valibot, ...) in place of the parameter's type. */
  schema?: StandardSchemaV1;
  /** May be missing. @default false */
  optional?: boolean;
}

const optionsSchema = v.strictObject({
  field: v.optional(option.nonEmptyText),
  items: v.optional(option.callable<Function>()),
  schema: v.optional(v.custom<StandardSchemaV1>(isSchema, 'expected a Standard Schema')),
  optional: v.optional(option.boolean),
});

/**
 * The payload, validated against the parameter's type: a class with class-validator's decorators, String, Number, ...
 * Nest pipes may follow; they get what was validated.
 *
 * @param what the field to take, a Standard Schema, or options; default: the whole payload
 * @throws InvalidOptionError
 */
export function Payload(what: string | PayloadOptions | StandardSchemaV1, ...pipes: Pipe[]): ParameterDecorator;
export function Payload(...pipes: Pipe[]): ParameterDecorator;
export function Payload(...args: unknown[]): ParameterDecorator {
  const [what, ...rest] = args;
  const isFirstPipe = isPipe(what);
  const options = isFirstPipe ? {} : optionsFrom(what);
  const pipes = requirePipes(isFirstPipe ? args : rest, MISTAKEN);
  return (target, method, index) => {
    declareParameter(target, method as string, {
      index,
      source: { from: 'payload', ...options },
      data: options.field,
      pipes,
    });
  };
}

function optionsFrom(what: unknown): PayloadOptions {
  if (what === undefined) return {};
  if (isSchema(what)) return { schema: what };
  return parseOptions(optionsSchema, typeof what === 'string' ? { field: what } : what, '@Payload()');
}

const MISTAKEN =
  '@Payload() takes a field name, a schema or options, and then only pipes. Give a schema as { field, schema }.';
