import type { DeadLetterReason, Delivery, Settlement } from '../broker/index.js';

/** The parts of a settlement besides its outcome. */
export type OtherParts = Omit<Settlement, 'outcome'>;

type Headers = Readonly<Record<string, string>>;

/** Acknowledges the delivery. */
export async function ack(delivery: Delivery, others: OtherParts = {}): Promise<void> {
  await delivery.settle({ outcome: { type: 'ack' }, ...others });
}

/** Acknowledges all deliveries concurrently. */
export async function ackAll(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => ack(delivery)));
}

/** Dead-letters the delivery, with unchanged headers. */
export async function nack(delivery: Delivery, message: string, others: OtherParts = {}): Promise<void> {
  const { headers } = delivery.message;
  await delivery.settle({ outcome: { type: 'nack', headers, reason: reasonOf(message) }, ...others });
}

/** Returns the delivery to its channel, with changed headers. */
export async function reject(delivery: Delivery, changes: Headers = {}, others: OtherParts = {}): Promise<void> {
  const headers = { ...delivery.message.headers, ...changes };
  await delivery.settle({ outcome: { type: 'reject', headers }, ...others });
}

/** Returns the delivery to its channel after a delay, with changed headers. */
export async function retry(
  delivery: Delivery,
  delay: number,
  changes: Headers = {},
  others: OtherParts = {},
): Promise<void> {
  const headers = { ...delivery.message.headers, ...changes };
  await delivery.settle({ outcome: { type: 'retry', headers, delay }, ...others });
}

/** A reason for dead-lettering. */
export function reasonOf(message: string): DeadLetterReason {
  return {
    code: 'Error',
    name: 'Error',
    message,
    stack: `Error: ${message}\n    at act`,
    attempts: 1,
    at: 1_700_000_000_000,
  };
}
