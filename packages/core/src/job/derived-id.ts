import { hash } from 'node:crypto';

/** The length and alphabet of a new id: 126 bits. */
const LENGTH = 21;

/** An id that is always the same for the same texts: the beginning of their SHA-1 in base64url. */
export function derivedId(...texts: readonly string[]): string {
  return hash('sha1', texts.join('\0'), 'base64url').slice(0, LENGTH);
}
