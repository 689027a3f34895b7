import {
  BrokerRefusedError,
  type BucketRecord,
  type OutgoingMessage,
  type Settlement,
  checkChannelName,
} from '@repid/core';

/** What JavaScript, Lua and Redis alike count exactly to. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Looks at what a script would stumble over, so that neither it nor what leaves in the same call is touched.
 *
 * @throws InvalidOptionError where the name is none of a channel
 * @throws BrokerRefusedError for times that Redis can't count to
 */
export function checkMessage({ channel, dueAt, delay, buckets, waits }: OutgoingMessage): void {
  checkChannelName(channel);
  checkTime('"dueAt" of a message for channel', channel, dueAt);
  checkTime('"delay" of a message for channel', channel, delay);
  buckets?.forEach(checkBucket);
  checkTime('"timeout" of a message that waits on channel', channel, waits?.timeout);
  if (waits?.result) checkBucket(waits.result);
}

/** @throws BrokerRefusedError where Redis can't count to its TTL */
export function checkBucket({ id, ttl }: Pick<BucketRecord, 'id' | 'ttl'>): void {
  checkTime('"ttl" of bucket', id, ttl ?? undefined);
}

/** @throws InvalidOptionError, BrokerRefusedError as for messages */
export function checkSettlement(channel: string, { outcome, bucket, publish }: Settlement): void {
  if (outcome.type === 'retry') checkTime('"delay" of a retry on channel', channel, outcome.delay);
  if (bucket) checkBucket(bucket);
  publish?.forEach(checkMessage);
}

function checkTime(what: string, name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined || milliseconds <= MOST) return;
  throw new BrokerRefusedError(
    `The ${what} "${name}" is ${milliseconds}: Redis takes milliseconds up to ${MOST}. Give a number within that.`,
  );
}
