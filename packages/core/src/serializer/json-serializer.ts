import secureJson from 'secure-json-parse';
import { SerializationError } from '../errors/index.js';
import type { Serializer } from './serializer.js';

/** The media type of JSON, as messages and buckets are marked. */
export const JSON_CONTENT_TYPE = 'application/json';

/** JSON. Refuses `__proto__` and `constructor.prototype`, with which a payload could poison objects made of it. */
export const jsonSerializer: Serializer = {
  contentType: JSON_CONTENT_TYPE,
  encode: (value) => Buffer.from(stringify(value)),
  decode: (bytes) => parse(asBuffer(bytes).toString()),
};

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * JSON text; `undefined` is written as `null`.
 *
 * @throws SerializationError for what JSON has no form for: cycles, BigInt
 */
export function stringify(value: unknown): string {
  return stringifyMember(value) ?? 'null';
}

/** The same, but undefined for what JSON leaves out of an object. */
export function stringifyMember(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new SerializationError(`The value cannot be written as JSON: ${(cause as Error).message}.`, { cause });
  }
}

const SECURE = { protoAction: 'error', constructorAction: 'error' } as const;

/** @throws SerializationError for what is not JSON, or holds `__proto__` or `constructor.prototype` */
export function parse(text: string): unknown {
  try {
    return secureJson.parse(text, null, SECURE);
  } catch (cause) {
    throw new SerializationError(`The payload is not JSON that may be read: ${(cause as Error).message}.`, { cause });
  }
}
