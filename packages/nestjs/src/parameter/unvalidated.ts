import type { PayloadParameter } from '@repid/core';
import { isBytesType, isPrimitiveType } from '@repid/core/internal';
import type { ClassShapes } from '../payload/class-shapes.js';

/** What to do about an actor whose payload nothing validates. */
export const UNVALIDATED_PAYLOADS = ['warn', 'refuse', 'allow'] as const;

export type UnvalidatedPayloads = (typeof UNVALIDATED_PAYLOADS)[number];

const REMEDY =
  'Use a class with class-validator decorators, @Payload({ items: Class }) for an array, or @Payload({ schema }).';

const NO_TYPES =
  'the compiler emitted no parameter types. ' +
  'Enable "emitDecoratorMetadata" (esbuild and tsx do not support it), or use @Payload({ schema }).';

/**
 * Returns why nothing validates a parameter's payload, and what to do; undefined if something does.
 *
 * @param hasTypes false if the compiler emitted no parameter types for the method
 */
export function unvalidatedReason(
  { schema, items, type }: Pick<PayloadParameter, 'schema' | 'items' | 'type'>,
  hasTypes: boolean,
  shapes: ClassShapes,
): string | undefined {
  if (schema) return undefined;
  if (items) return reasonOfClass(items, shapes);
  if (!hasTypes) return NO_TYPES;
  if (type === undefined || type === Object)
    return `its type is no class at run time: an interface, a type alias, a union, Partial<...>, any, unknown, or imported by "import type". ${REMEDY}`;
  if (type === Array) return `TypeScript does not keep the type of its items. ${REMEDY}`;
  return reasonOfClass(type, shapes);
}

function reasonOfClass(type: Function, shapes: ClassShapes): string | undefined {
  if (isPrimitiveType(type) || isBytesType(type) || shapes.of(type).isDecorated) return undefined;
  return `class "${type.name}" has no class-validator decorator, so all properties are kept as they come. ${REMEDY}`;
}
