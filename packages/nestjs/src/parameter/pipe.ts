import type { PipeTransform, Type } from '@nestjs/common';
import { InvalidOptionError } from '@repid/core';
import { isSchema } from './schema.js';

/** A Nest pipe: an instance, or a class that Nest instantiates. */
export type Pipe = PipeTransform | Type<PipeTransform>;

/** Returns true for a pipe's instance or class. Schemas are excluded: they may have a `transform` method too. */
export function isPipe(value: unknown): value is Pipe {
  if (isSchema(value)) return false;
  const host: unknown = typeof value === 'function' ? value.prototype : value;
  return typeof (host as PipeLike)?.transform === 'function';
}

/** @throws InvalidOptionError with the text `usage` if a value is not a pipe */
export function requirePipes(values: readonly unknown[], usage: string): Pipe[] {
  if (values.every(isPipe)) return [...values];
  throw new InvalidOptionError(usage);
}

type PipeLike = { readonly transform?: unknown } | undefined | null;
