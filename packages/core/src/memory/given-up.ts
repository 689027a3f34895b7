import type { DeadLetterReason } from '../broker/index.js';
import { TooManyDeliveriesError } from '../errors/index.js';

/** Why a message is given up that was delivered so often and never settled. */
export function givenUpAfter(deliveries: number, now: number): DeadLetterReason {
  const { code, name, message } = new TooManyDeliveriesError(deliveries);
  return { code, name, message, attempts: deliveries, at: now };
}
