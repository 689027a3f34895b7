import { RepidError } from '@repid/core';

/** The part of a message that may repeat what was sent or received. */
const REPEATED = /,? with args beginning with:[\s\S]*|Last (?:reply|error): [\s\S]*/;

const USER_INFO = /(\w:\/\/)[^\s/@]*@/g;

/**
 * Returns a new error with the name, message and code of the given one, and nothing else: client libraries attach commands to errors, with
 * passwords and payloads in them. Our own errors are returned unchanged.
 */
export function redact(problem: unknown): Error {
  if (problem instanceof RepidError) return problem;
  const { name, code } = (problem ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const fresh: Error & { code?: string } = new Error(messageOf(problem).replace(REPEATED, '').replace(USER_INFO, '$1'));
  if (typeof name === 'string')
    Object.defineProperty(fresh, 'name', { value: name, configurable: true, writable: true });
  if (typeof code === 'string') fresh.code = code;
  return fresh;
}

/** A host with several addresses fails with an error for each, and with no message of its own. */
function messageOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const { message, errors } = problem as Error & { readonly errors?: readonly unknown[] };
  return message === '' && errors ? errors.map(messageOf).join(', ') : message;
}
