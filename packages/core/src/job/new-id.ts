import { nanoid } from 'nanoid';

/** An id that nobody has yet: 21 characters of `A-Z`, `a-z`, `0-9`, `_` and `-`, which hold 126 random bits. Short, as Redis keeps a queued job's id twice. */
export function newId(): string {
  return nanoid();
}
