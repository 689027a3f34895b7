import type { DeadLetterReason } from '../broker/index.js';
import { TooManyDeliveriesError } from '../errors/index.js';

/** The reason for dead-lettering a message that was delivered this often and never settled. */
export function tooManyDeliveries(deliveries: number, now: number): DeadLetterReason {
  const { code, name, message } = new TooManyDeliveriesError(deliveries);
  return { code, name, message, attempts: deliveries, at: now };
}
