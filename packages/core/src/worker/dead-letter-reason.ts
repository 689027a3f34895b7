import type { DeadLetterReason } from '../broker/index.js';
import { RepidError } from '../errors/index.js';
import { shorten } from '../errors/shorten.js';

/** How many characters a dead letter says of the message of an error, and of its stack. */
const LONGEST_MESSAGE = 8_192;
const LONGEST_STACK = 16_384;

/** What a dead letter says about the error that it was given up for. */
export function reasonFor(error: unknown, attempts: number, at: number): DeadLetterReason {
  const failure = error instanceof Error ? error : new Error(String(error));
  return {
    code: failure instanceof RepidError ? failure.code : failure.name,
    name: failure.name,
    message: shorten(failure.message, LONGEST_MESSAGE),
    stack: failure.stack && shorten(failure.stack, LONGEST_STACK),
    attempts,
    at,
  };
}
