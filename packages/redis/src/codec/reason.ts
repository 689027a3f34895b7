import { type DeadLetterReason, type RepidError, TooManyDeliveriesError } from '@repid/core';

/** The reason as it lies in the dead letter. */
export function encodeReason(reason: DeadLetterReason): string {
  return JSON.stringify(reason);
}

/** Why an entry was never run; `at` in milliseconds since the epoch. */
export function reasonOf(problem: RepidError, attempts: number, at: number): DeadLetterReason {
  return { code: problem.code, name: problem.name, message: problem.message, attempts, at };
}

/** Why a message whose workers keep dying is given up; the script fills in attempts and time. */
export function tooManyDeliveries(deliveries: number): string {
  return encodeReason(reasonOf(new TooManyDeliveriesError(deliveries), deliveries, 0));
}

/** Other libraries dead-letter without a reason. */
const UNKNOWN: DeadLetterReason = {
  code: 'Error',
  name: 'Error',
  message: 'No reason was given.',
  attempts: 0,
  at: 0,
};

/** The reason of a dead letter, whoever wrote it; `at` stands in where it says no time. */
export function decodeReason(text: string | undefined, at: number): DeadLetterReason {
  try {
    const reason: unknown = JSON.parse(text ?? '');
    if (typeof reason === 'object' && reason !== null) return { ...UNKNOWN, at, ...reason };
  } catch {
    // Falls through: a reason that can't be read is as good as none.
  }
  return { ...UNKNOWN, at };
}
