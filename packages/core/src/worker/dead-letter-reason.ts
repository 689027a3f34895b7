import type { DeadLetterReason } from '../broker/index.js';
import { RepidError } from '../errors/index.js';

/** What a dead letter says about the error that it was given up for. */
export function reasonFor(error: unknown, attempts: number, at: number): DeadLetterReason {
  const failure = error instanceof Error ? error : new Error(String(error));
  return {
    code: failure instanceof RepidError ? failure.code : failure.name,
    name: failure.name,
    message: failure.message,
    stack: failure.stack,
    attempts,
    at,
  };
}
