import { RepidError } from '@repid/core';

/** What may follow in a message, and repeats what was sent or received. */
const REPEATED = /,? with args beginning with:[\s\S]*|Last (?:reply|error): [\s\S]*/;

const USER_INFO = /(\w:\/\/)[^\s/@]*@/g;

/**
 * A fresh error with the name, the message and the code of the one given, and nothing else: client libraries put commands
 * beside their errors, with passwords and payloads in them. Errors of our own are returned as they are.
 */
export function withoutSecrets(problem: unknown): Error {
  if (problem instanceof RepidError) return problem;
  const { name, code } = (problem ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const fresh: Error & { code?: string } = new Error(messageOf(problem).replace(REPEATED, '').replace(USER_INFO, '$1'));
  if (typeof name === 'string')
    Object.defineProperty(fresh, 'name', { value: name, configurable: true, writable: true });
  if (typeof code === 'string') fresh.code = code;
  return fresh;
}

/** An address with several numbers fails with all of their errors, and with no message of its own. */
function messageOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const { message, errors } = problem as Error & { readonly errors?: readonly unknown[] };
  return message === '' && errors ? errors.map(messageOf).join(', ') : message;
}
