import { createHash } from 'node:crypto';

/**
 * An id that is the same each time it is derived from the same texts: a UUID of version 5 (RFC 9562, section 5.5),
 * made of the SHA-1 of the texts.
 */
export function derivedId(...texts: readonly string[]): string {
  const bytes = createHash('sha1').update(texts.join('\0')).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
