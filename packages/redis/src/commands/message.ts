import { type BucketRecord, type OutgoingMessage, type Waits, bucketState, ownArgsBucketOf } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import { LETTER, isTemporary } from '../keys.js';
import type { Call } from './call.js';

const NOW = { letter: '-' } as const;

/** Adds a message to a call, as lua/lib/read_message.lua reads it. The letters of its shape: lua/lib/shapes.lua. */
export function addMessage(call: Call, message: OutgoingMessage): void {
  const [letters, values] = encodeFields(message);
  const timing = timingOf(message);
  const extras = extrasOf(message);
  const target = `${call.channel(message.channel)}${LETTER[message.priority ?? 'medium']}`;
  const waitsForOne = extras === 's' || extras === 'S';
  const wait = waitsForOne ? shapeOfWait(message) : '';
  call.add(`${target}${idLetterOf(message)}${timing.letter}${extras}${letters}${wait}`);
  if (message.id !== undefined) call.add(message.id);
  if (hasResultId(message)) call.add(message.resultId!);
  if (timing.when !== undefined) call.add(Math.ceil(timing.when));
  if (waitsForOne) addWaitForOne(call, message);
  call.add(...values);
  if (extras === 'b' || extras === 'B' || extras === 'S') addBucketsOf(call, message);
  if (extras === 'w' || extras === 'B') addWaits(call, message.waits!);
}

/** Adds messages, as `read_messages` reads them. */
export function addMessages(call: Call, messages: readonly OutgoingMessage[]): void {
  call.add(messages.length);
  for (const message of messages) addMessage(call, message);
}

/** True for messages that fast/publish_simple can publish: of medium priority, for now, with nothing but a wait for one bucket. */
export function isSimple(message: OutgoingMessage): boolean {
  const { channel, priority = 'medium' } = message;
  if (priority !== 'medium' || isTemporary(channel) || hasResultId(message) || timingOf(message).when !== undefined)
    return false;
  const extras = extrasOf(message);
  return extras === '-' || extras === 's';
}

/**
 * Adds buckets to remove and to store, as `read_buckets` reads them.
 * @param ownArgs for buckets of a message: the id of its own arguments
 */
export function addBuckets(
  call: Call,
  clears: readonly Pick<BucketRecord, 'id'>[],
  buckets: readonly BucketRecord[],
  ownArgs?: string,
): void {
  call.add(clears.length);
  for (const { id } of clears) call.add(id);
  call.add(buckets.length);
  for (const bucket of buckets) addBucket(call, bucket, ownArgs);
}

/** Adds the buckets of a message. Buckets with a chosen id must not replace a result. */
function addBucketsOf(call: Call, { headers, clears = [], buckets = [] }: OutgoingMessage): void {
  addBuckets(call, clears, buckets, ownArgsBucketOf(headers) ?? NO_OWN_ARGS);
}

/** No bucket has this id. */
const NO_OWN_ARGS = '';

/** Adds a bucket, as `read_bucket` reads it. */
function addBucket(call: Call, bucket: BucketRecord, ownArgs: string | undefined): void {
  const { id, body, ttl, cause = '', jobName = '' } = bucket;
  const kind = id === ownArgs ? 'own' : 'named';
  const state = ownArgs === undefined ? bucketState(bucket) : kind;
  call.add(id, body, ttl === null ? '' : Math.ceil(ttl), state, cause, jobName);
}

function addWaits(call: Call, { timeout, result, on }: Waits): void {
  call.add(timeout, result?.id ?? '', String(result?.ttl ?? null), on.length);
  for (const { bucketId, condition } of on) call.add(bucketId, condition);
}

/** The part of a shape that is about a wait for one bucket. */
function shapeOfWait(message: OutgoingMessage): string {
  const { on, timeout, result } = message.waits!;
  return ` ${on[0]!.condition} ${timeout} ${result?.ttl ?? null} ${resultLetterOf(message)}`;
}

/** Adds the parts of that wait that are not in the shape. */
function addWaitForOne(call: Call, message: OutgoingMessage): void {
  const { on, result } = message.waits!;
  call.add(on[0]!.bucketId);
  if (resultLetterOf(message) === 'r') call.add(result!.id);
}

/** The bucket that gets the result if the job is skipped: none, one with the job's id, or another. */
function resultLetterOf({ id, waits }: OutgoingMessage): '-' | '=' | 'r' {
  if (!waits!.result) return '-';
  return waits!.result.id === id ? '=' : 'r';
}

/** No id, an id in the headers, or an id that needs a field; in capitals if the result has another id. */
function idLetterOf(message: OutgoingMessage): '-' | 'i' | 'f' | 'I' | 'F' {
  if (message.id === undefined) return '-';
  if (hasResultId(message)) return needsIdField(message) ? 'F' : 'I';
  return needsIdField(message) ? 'f' : 'i';
}

/** True for a job whose result goes to a bucket of another id. */
function hasResultId({ id, resultId }: OutgoingMessage): boolean {
  return id !== undefined && resultId !== undefined && resultId !== id;
}

/** Nothing, buckets, waits, a wait for one bucket; in capitals with buckets. */
function extrasOf({ id, buckets, clears, waits }: OutgoingMessage): '-' | 'b' | 'w' | 'B' | 's' | 'S' {
  const hasBuckets = (buckets?.length ?? 0) > 0 || (clears?.length ?? 0) > 0;
  if (!waits) return hasBuckets ? 'b' : '-';
  if (id !== undefined && waits.on.length === 1) return hasBuckets ? 'S' : 's';
  return hasBuckets ? 'B' : 'w';
}

/** Now, at a time, or after so many milliseconds. */
function timingOf({ dueAt, delay }: OutgoingMessage): { readonly letter: '-' | 'a' | 'd'; readonly when?: number } {
  if (dueAt !== undefined) return { letter: 'a', when: dueAt };
  return delay !== undefined && delay > 0 ? { letter: 'd', when: delay } : NOW;
}
