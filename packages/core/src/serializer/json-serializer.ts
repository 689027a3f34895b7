import secureJson from 'secure-json-parse';
import { SerializationError } from '../errors/index.js';
import { isNestedBeyond } from './nesting.js';
import type { Serializer } from './serializer.js';
import { MAX_DEPTH, writable } from './writable.js';

/** The media type of JSON, as messages and buckets are marked. */
export const JSON_CONTENT_TYPE = 'application/json';

/**
 * JSON, of which nothing is written that cannot be read back as it was meant: NaN, Map, Set, Error, BigInt, bytes, circles and
 * others are refused, and so are `__proto__` and `constructor.prototype`, both ways, since they could poison the objects that a
 * payload is copied into.
 */
export const jsonSerializer: Serializer = {
  contentType: JSON_CONTENT_TYPE,
  encode: (value, name) => Buffer.from(stringify(value, name)),
  decode: (bytes) => parse(asBuffer(bytes).toString()),
};

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * JSON text; `undefined` is written as `null`.
 *
 * @param name what the value is, for the error
 * @throws SerializationError for what could not be read back, by its path
 */
export function stringify(value: unknown, name = 'value'): string {
  return stringifyMember(value, name) ?? 'null';
}

/** The same, but undefined for what JSON leaves out of an object. */
export function stringifyMember(value: unknown, name: string): string | undefined {
  try {
    return JSON.stringify(writable(value, name));
  } catch (cause) {
    if (cause instanceof SerializationError) throw cause;
    throw new SerializationError(`${name} cannot be written as JSON: ${whyNot(cause)}.`, { cause });
  }
}

/** It comes from a `toJSON` or a getter of the caller's, who may throw anything, or from the engine. */
function whyNot(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause);
  } catch {
    return 'something was thrown that has no text';
  }
}

const SECURE = { protoAction: 'error', constructorAction: 'error' } as const;

/** What may be written, and the bucket around it. */
const READABLE_DEPTH = MAX_DEPTH + 1;

/** @throws SerializationError for what is not JSON, is nested too deep, or holds `__proto__` or `constructor.prototype` */
export function parse(text: string): unknown {
  const value = parseSecurely(text);
  if (text.length > SHALLOW && isNestedBeyond(value, READABLE_DEPTH)) throw new SerializationError(TOO_DEEP);
  return value;
}

function parseSecurely(text: string): unknown {
  try {
    return secureJson.parse(text, null, SECURE);
  } catch (problem) {
    throw new SerializationError(describe(problem));
  }
}

/** A text of so many characters cannot be nested too deep: each level takes two. */
const SHALLOW = 2 * READABLE_DEPTH;

const TOO_DEEP = `The payload is nested more than ${READABLE_DEPTH} levels deep. Send a flat list whose items refer to each other by ids.`;

/** Where it went wrong and not what is there: the engine quotes the payload, which is no error's to show. */
function describe(problem: unknown): string {
  const { message } = problem as Error;
  if (message.includes('forbidden prototype property'))
    return 'The payload holds "__proto__" or "constructor.prototype", which could poison objects. Send it without.';
  const [, place] = /at position (\d+)/.exec(message) ?? [];
  const where = place === undefined ? '' : ` from position ${place} on`;
  return `The payload is not JSON${where}. Send JSON, or mark it with another content type.`;
}
