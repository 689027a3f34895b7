import { nanoid } from 'nanoid';

/** How many characters tell the times apart that one id is used: 72 random bits. */
const NONCE_LENGTH = 12;

/** An id that nobody has yet: 21 characters of `A-Z`, `a-z`, `0-9`, `_` and `-`, which hold 126 random bits. Short, as Redis keeps a queued job's id twice. */
export function newId(): string {
  return nanoid();
}

/** A text that tells one time that an id is used from all others: 12 characters as those of a new id. */
export function newNonce(): string {
  return nanoid(NONCE_LENGTH);
}
