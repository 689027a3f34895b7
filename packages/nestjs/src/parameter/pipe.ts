import type { PipeTransform, Type } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { isSchema } from './schema.js';

/** A Nest pipe: an instance, or a class that Nest makes. */
export type Pipe = PipeTransform | Type<PipeTransform>;

/** True for an instance and for a class of a pipe. Schemas may have a method of that name too. */
export function isPipe(value: unknown): value is Pipe {
  if (isSchema(value)) return false;
  const host: unknown = typeof value === 'function' ? value.prototype : value;
  return typeof (host as PipeLike)?.transform === 'function';
}

/** @throws InvalidOptionError, which says `expected`, where something is no pipe */
export function requirePipes(values: readonly unknown[], expected: string): Pipe[] {
  if (values.every(isPipe)) return [...values];
  throw new InvalidOptionError(expected);
}

type PipeLike = { readonly transform?: unknown } | undefined | null;
