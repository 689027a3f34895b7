import { shorten } from './shorten.js';

const LONGEST = 200;

/** A value as an error message quotes it: JSON where there is such a form, otherwise its own text; not too much of it. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number') return String(value); // JSON would say null of NaN and Infinity.
  return shorten(toJson(value) ?? toText(value), LONGEST);
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // A cycle or a BigInt.
  }
}

function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `${typeof value} without a text`;
  }
}
