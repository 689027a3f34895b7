import secureJson from 'secure-json-parse';
import { SerializationError } from '../errors/index.js';
import { isNestedBeyond } from './nesting.js';
import type { Serializer } from './serializer.js';
import { MAX_DEPTH, writable } from './writable.js';

/** The content type of JSON, for messages and buckets. */
export const JSON_CONTENT_TYPE = 'application/json';

/**
 * Writes JSON, but only values that can be read back unchanged: NaN, Map, Set, Error, BigInt, bytes, cycles and others
 * are refused. `__proto__` and `constructor.prototype` are refused in both directions, since they could poison objects
 * that a payload is copied into.
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
 * The value as JSON text; `undefined` is written as `null`.
 *
 * @param name what the value is, for the error
 * @throws SerializationError for a part that could not be read back, with its path
 */
export function stringify(value: unknown, name = 'value'): string {
  return stringifyMember(value, name) ?? 'null';
}

/** The same, but undefined for a value that JSON omits from an object. */
export function stringifyMember(value: unknown, name: string): string | undefined {
  try {
    return JSON.stringify(writable(value, name));
  } catch (cause) {
    if (cause instanceof SerializationError) throw cause;
    throw new SerializationError(`${name} cannot be written as JSON: ${whyNot(cause)}.`, { cause });
  }
}

/** The reason comes from a `toJSON` or getter of the caller, which may throw anything, or from the engine. */
function whyNot(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause);
  } catch {
    return 'something was thrown that has no text';
  }
}

const SECURE = { protoAction: 'error', constructorAction: 'error' } as const;

/** The maximum depth to write, plus the bucket around the value. */
const READABLE_DEPTH = MAX_DEPTH + 1;

/**
 * @throws SerializationError for text that is not JSON, is nested too deep, or contains `__proto__` or
 * `constructor.prototype`
 */
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

/** A shorter text cannot be nested too deep: each level takes two characters. */
const SHALLOW = 2 * READABLE_DEPTH;

const TOO_DEEP = `The payload is nested more than ${READABLE_DEPTH} levels deep. Send a flat list whose items refer to each other by ids.`;

/** The position of the error, without the text: the engine quotes the payload, which must not appear in errors. */
function describe(problem: unknown): string {
  const { message } = problem as Error;
  if (message.includes('forbidden prototype property'))
    return 'The payload holds "__proto__" or "constructor.prototype", which could poison objects. Send it without.';
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  const where = position === undefined ? '' : ` from position ${position} on`;
  return `The payload is not JSON${where}. Send JSON, or mark it with another content type.`;
}
