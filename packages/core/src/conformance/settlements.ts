import type { DeadLetterReason, Delivery, Settlement } from '../broker/index.js';

/** What may stand in a settlement beside its outcome. */
export type OtherParts = Omit<Settlement, 'outcome'>;

type Headers = Readonly<Record<string, string>>;

/** Ends the delivery as done. */
export async function ack(delivery: Delivery, others: OtherParts = {}): Promise<void> {
  await delivery.settle({ outcome: { type: 'ack' }, ...others });
}

/** Ends all as done, at the same time. */
export async function ackAll(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => ack(delivery)));
}

/** Gives it up, with its headers as they are. */
export async function nack(delivery: Delivery, message: string, others: OtherParts = {}): Promise<void> {
  const { headers } = delivery.message;
  await delivery.settle({ outcome: { type: 'nack', headers, reason: reasonOf(message) }, ...others });
}

/** Gives it back, with headers changed. */
export async function reject(delivery: Delivery, changes: Headers = {}, others: OtherParts = {}): Promise<void> {
  const headers = { ...delivery.message.headers, ...changes };
  await delivery.settle({ outcome: { type: 'reject', headers }, ...others });
}

/** Has it delivered again after a while, with headers changed. */
export async function retry(
  delivery: Delivery,
  delay: number,
  changes: Headers = {},
  others: OtherParts = {},
): Promise<void> {
  const headers = { ...delivery.message.headers, ...changes };
  await delivery.settle({ outcome: { type: 'retry', headers, delay }, ...others });
}

/** A reason to give a message up. */
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
