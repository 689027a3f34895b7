import { type MalformedMessageError, type Settlement, bucketState } from '@repid/core';
import type { Hold, RedisDelivery } from './redis-delivery.js';

/**
 * What happens to a delivery: its end, that of an entry that is no message, or another span of ownership. The rest is what
 * goes with it and is alike for many, as the script's `read_rest` reads it.
 */
export type Act =
  | { readonly outcome: 'done' | 'freed' | 'extend' | 'acquit'; readonly rest: '' }
  | { readonly outcome: 'ack' | 'nack' | 'back'; readonly settlement: Settlement; readonly rest: string }
  | { readonly outcome: 'bury'; readonly problem: MalformedMessageError; readonly rest: '' };

/** An act that is asked for. */
export interface Request {
  readonly delivery: RedisDelivery;
  readonly act: Act;
}

const DONE: Act = { outcome: 'done', rest: '' };
const FREED: Act = { outcome: 'freed', rest: '' };

/** To acknowledge a message with nothing to go with it, its entry says all, and the id of a job, which is free again. */
export function actOf(settlement: Settlement, hold: Hold): Act {
  const { type } = settlement.outcome;
  if (type === 'ack' && !hasMore(settlement, hold)) return hold.jobId === undefined ? DONE : FREED;
  return { outcome: type === 'reject' || type === 'retry' ? 'back' : type, settlement, rest: restOf(settlement, hold) };
}

function restOf({ bucket, publish = [], releases = [] }: Settlement, hold: Hold): string {
  const letters = `${keepsBuckets(releases, hold) ? 'w' : ''}${publish.length > 0 ? 'f' : ''}`;
  if (!bucket) return letters;
  const { id, ttl, cause } = bucket;
  const ofBucket = `b${id === hold.jobId ? '=' : ''}${cause ? 'c' : ''}`;
  return `${ofBucket}${letters} ${ttl === null ? '' : Math.ceil(ttl)} ${bucketState(bucket)}`;
}

function hasMore({ bucket, publish = [], releases = [] }: Settlement, hold: Hold): boolean {
  return bucket !== undefined || publish.length > 0 || keepsBuckets(releases, hold);
}

/** True where buckets are kept for it until it ends: one that came along is not. */
function keepsBuckets(releases: readonly string[], { input }: Hold): boolean {
  return releases.length > 0 && !input;
}
