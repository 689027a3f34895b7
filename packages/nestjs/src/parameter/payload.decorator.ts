import * as v from 'valibot';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { option, parseOptions } from '@repid/core/internal';
import { declareParameter } from './parameter-metadata.js';
import { isPipe, type Pipe, requirePipes } from './pipe.js';
import { isSchema } from './schema.js';

/** The part of the payload that a parameter takes, and its type. */
export interface PayloadOptions {
  /** The field to take. @default the whole payload */
  field?: string;
  /** For an array: the type of its items: a class, String, Number, ... @default any */
  items?: Function;
  /** A Standard Schema (zod, valibot, ...), used instead of the parameter's type. */
  schema?: StandardSchemaV1;
  /** Whether the value may be missing. @default false */
  optional?: boolean;
}

const optionsSchema = v.strictObject({
  field: v.optional(option.nonEmptyText),
  items: v.optional(option.callable<Function>()),
  schema: v.optional(v.custom<StandardSchemaV1>(isSchema, 'expected a Standard Schema')),
  optional: v.optional(option.boolean),
});

/**
 * Fills the parameter with the payload, validated against the parameter's type: a class with class-validator
 * decorators, String, Number, ...
 *
 * @param selector the field to take, a Standard Schema, or options. Default: the whole payload.
 * @param pipes Nest pipes; they receive the validated value
 * @throws InvalidOptionError
 */
export function Payload(selector: string | PayloadOptions | StandardSchemaV1, ...pipes: Pipe[]): ParameterDecorator;
export function Payload(...pipes: Pipe[]): ParameterDecorator;
export function Payload(...args: unknown[]): ParameterDecorator {
  const [selector, ...rest] = args;
  const startsWithPipe = isPipe(selector);
  const options = startsWithPipe ? {} : optionsFrom(selector);
  const pipes = requirePipes(startsWithPipe ? args : rest, USAGE);
  return (target, method, index) => {
    declareParameter(target, method as string, {
      index,
      source: { from: 'payload', ...options },
      data: options.field,
      pipes,
    });
  };
}

function optionsFrom(selector: unknown): PayloadOptions {
  if (selector === undefined) return {};
  if (isSchema(selector)) return { schema: selector };
  return parseOptions(optionsSchema, typeof selector === 'string' ? { field: selector } : selector, '@Payload()');
}

const USAGE =
  '@Payload() takes a field name, a schema or options, then pipes only. Use { field, schema } for a field with a schema.';
