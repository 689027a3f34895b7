import { kindOf } from '../errors/show.js';
import type { Conversion } from './conversion.js';

/** How a declared type reads a JSON value; undefined for a value of another type. */
const READERS = new Map<Function, { readonly name: string; readonly read: (value: unknown) => unknown }>([
  [String, { name: 'text', read: (value) => (typeof value === 'string' ? value : undefined) }],
  [Number, { name: 'a number', read: (value) => (typeof value === 'number' ? value : undefined) }],
  [Boolean, { name: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined) }],
  [Array, { name: 'an array', read: (value) => (Array.isArray(value) ? value : undefined) }],
  [Date, { name: 'a date', read: readDate }],
]);

/** True for the types that need no class: String, Number, Boolean, Array, Date. */
export function isPrimitiveType(type: Function): boolean {
  return READERS.has(type);
}

/** True for the types that take the raw payload. */
export function isBytesType(type: Function | undefined): boolean {
  return type === Uint8Array || type === Buffer;
}

/**
 * Converts the value to its declared type, without coercion: `"1"` is not a number. A date is read from text or
 * milliseconds.
 */
export function convertPrimitive(value: unknown, type: Function, path: string): Conversion {
  const reader = READERS.get(type);
  const converted = reader?.read(value);
  if (converted !== undefined) return { value: converted };
  return { issues: [{ path, message: `expected ${reader?.name}, received ${kindOf(value)}` }] };
}

function readDate(value: unknown): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
