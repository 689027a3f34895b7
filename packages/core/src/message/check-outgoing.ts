import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';
import { type OutgoingMessage, PRIORITIES } from './message.js';

/**
 * Looks whether a broker can take a message, before it touches anything: priority, ids, times and spans. Its channel's name is
 * checked by `checkChannelName`. For brokers; what is usual costs a few comparisons.
 *
 * @throws InvalidOptionError that names the member, its value and what was expected
 */
export function checkOutgoing(message: OutgoingMessage): void {
  const { id, resultId, priority, dueAt, delay, buckets, waits } = message;
  if (id !== undefined) requireText(message, 'id', id);
  if (resultId !== undefined) requireText(message, 'resultId', resultId);
  if (priority !== undefined && !PRIORITIES.includes(priority)) {
    refuse(message, 'priority', priority, `one of "${PRIORITIES.join('", "')}"`);
  }
  if (dueAt !== undefined) requireTime(message, 'dueAt', dueAt);
  if (delay !== undefined) requireTime(message, 'delay', delay);
  if (buckets) for (const { id: bucketId, ttl } of buckets) requireTtl(message, bucketId, ttl);
  if (waits) requireTime(message, 'timeout', waits.timeout);
  if (waits?.result) requireTtl(message, waits.result.id, waits.result.ttl);
}

/** Looks whether a broker can take the delay of a retry. @throws InvalidOptionError */
export function checkDelay(delay: number, channel: string): void {
  requireTime({ channel }, 'delay', delay);
}

function requireText(message: OutgoingMessage, member: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') refuse(message, member, value, 'text that is not empty');
}

/** More than that can't be counted exactly. */
function requireTime(message: Pick<OutgoingMessage, 'channel'>, member: string, value: unknown): void {
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return;
  refuse(message, member, value, `a number of milliseconds, up to ${Number.MAX_SAFE_INTEGER}`);
}

function requireTtl(message: OutgoingMessage, bucketId: string, ttl: number | null): void {
  if (ttl !== null) requireTime(message, `ttl" of bucket "${bucketId}`, ttl);
}

function refuse(
  { channel }: Pick<OutgoingMessage, 'channel'>,
  member: string,
  value: unknown,
  expected: string,
): never {
  throw new InvalidOptionError(
    `"${member}" of a message for channel "${channel}" is ${show(value)}: expected ${expected}.`,
  );
}
