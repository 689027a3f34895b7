import { hash } from 'node:crypto';

/** As long as a new id, and of the same letters: 126 bits. */
const LENGTH = 21;

/** An id that is the same each time it is derived from the same texts: how their SHA-1 begins, in base64url. */
export function derivedId(...texts: readonly string[]): string {
  return hash('sha1', texts.join('\0'), 'base64url').slice(0, LENGTH);
}
