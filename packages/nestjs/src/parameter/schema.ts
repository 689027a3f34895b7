import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Returns true for a Standard Schema. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}
