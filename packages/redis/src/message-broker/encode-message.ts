import { type BucketRecord, type OutgoingMessage, type Waits, bucketState } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import type { ScriptCall } from '../script/script-call.js';
import { LETTER } from './priority-letters.js';

/** Adds a message to a script call, as the script's `read_message` reads it. */
export function addMessage(call: ScriptCall, message: OutgoingMessage): void {
  call.add(
    call.channel(message.channel),
    LETTER[message.priority ?? 'medium'],
    message.id ?? '',
    needsIdField(message) ? '1' : '',
  );
  addTiming(call, message);
  const fields = encodeFields(message);
  call.add(fields.length, ...fields);
  const { buckets = [], clears = [], waits } = message;
  if (buckets.length === 0 && clears.length === 0 && !waits) return void call.add('');
  addBuckets(call.add(waits ? 'w' : 'b'), clears, buckets);
  if (waits) addWaits(call, waits);
}

/** Adds buckets to remove and to store, as the script's `read_buckets` reads them. */
export function addBuckets(
  call: ScriptCall,
  clears: readonly Pick<BucketRecord, 'id'>[],
  buckets: readonly BucketRecord[],
): void {
  call.add(clears.length);
  for (const { id } of clears) call.add(id);
  call.add(buckets.length);
  for (const bucket of buckets) addBucket(call, bucket);
}

/** Adds a bucket, as the script's `read_bucket` reads it. */
export function addBucket(call: ScriptCall, bucket: BucketRecord): void {
  const { id, body, ttl, cause = '' } = bucket;
  call.add(id, body, ttl === null ? '' : Math.ceil(ttl), bucketState(bucket), cause);
}

function addWaits(call: ScriptCall, { timeout, result, on }: Waits): void {
  call.add(timeout, result?.id ?? '', String(result?.ttl ?? null), on.length);
  for (const { bucketId, condition } of on) call.add(bucketId, condition);
}

function addTiming(call: ScriptCall, { dueAt, delay }: OutgoingMessage): void {
  if (dueAt !== undefined) call.add('at', Math.ceil(dueAt));
  else if (delay !== undefined && delay > 0) call.add('in', Math.ceil(delay));
  else call.add('');
}
