import { nanoid } from 'nanoid';

/** The length of a nonce: 72 random bits. */
const NONCE_LENGTH = 12;

/**
 * A new id: 21 characters of `A-Z`, `a-z`, `0-9`, `_` and `-`, which hold 126 random bits. Short, because Redis stores
 * a queued job's id twice.
 */
export function newId(): string {
  return nanoid();
}

/** A text that distinguishes one use of an id from all others: 12 characters of the same alphabet. */
export function newNonce(): string {
  return nanoid(NONCE_LENGTH);
}
