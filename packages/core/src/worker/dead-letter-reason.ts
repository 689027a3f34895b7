import type { DeadLetterReason } from '../broker/index.js';
import { describeError } from '../errors/index.js';

/** What a dead letter says about the error that it was given up for. */
export function reasonFor(error: unknown, attempts: number, at: number): DeadLetterReason {
  const description = describeError(error);
  return { ...description, code: description.code ?? description.name, attempts, at };
}
