import { type DeadLetterReason, type RepidError, TooManyDeliveriesError } from '@repid/core';

/** The reason as it is stored in the dead letter. */
export function encodeReason(reason: DeadLetterReason): string {
  return JSON.stringify(reason);
}

/** Why an entry was never run; `at` in milliseconds since the epoch. */
export function reasonOf(problem: RepidError, attempts: number, at: number): DeadLetterReason {
  return { code: problem.code, name: problem.name, message: problem.message, attempts, at };
}

/** Why a message that is assumed to crash its workers is given up. The script fills in attempts and time. */
export function tooManyDeliveries(deliveries: number): string {
  return encodeReason(reasonOf(new TooManyDeliveriesError(deliveries), deliveries, 0));
}

/** Other libraries store no reason. */
const UNKNOWN: DeadLetterReason = {
  code: 'Error',
  name: 'Error',
  message: 'No reason was given.',
  attempts: 0,
  at: 0,
};

/** The reason of a dead letter, even one of another library. `at` is used if it has no time. */
export function decodeReason(text: string | undefined, at: number): DeadLetterReason {
  try {
    const reason: unknown = JSON.parse(text ?? '');
    if (typeof reason === 'object' && reason !== null) return { ...UNKNOWN, at, ...reason };
  } catch {
    // A reason that cannot be read counts as none.
  }
  return { ...UNKNOWN, at };
}
