import type { DeadLetterReason } from '../broker/index.js';
import { describeError } from '../errors/index.js';

/** Returns the reason that is kept with a dead letter. */
export function reasonFor(error: unknown, attempts: number, at: number): DeadLetterReason {
  const description = describeError(error);
  return { ...description, code: description.code ?? description.name, attempts, at };
}
