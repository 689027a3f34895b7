import { type BucketRecord, type OutgoingMessage, type Waits, bucketState, ownArgsBucketOf } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import { isPassing } from '../keys.js';
import type { Call } from '../script/call.js';
import type { ChannelCall } from '../script/channel-call.js';
import { LETTER } from './priority-letters.js';

const AT_ONCE = { letter: '-' } as const;

/** Adds a message to a script call, as the script's `read_message` reads it. */
export function addMessage(call: ChannelCall, message: OutgoingMessage): void {
  const [letters, values] = encodeFields(message);
  const timing = timingOf(message);
  const rest = restOf(message);
  const place = `${call.channel(message.channel)}${LETTER[message.priority ?? 'medium']}`;
  const isSingle = rest === 's' || rest === 'S';
  const more = isSingle ? singleWaitOf(message) : '';
  call.add(`${place}${idLetterOf(message)}${timing.letter}${rest}${letters}${more}`);
  if (message.id !== undefined) call.add(message.id);
  if (hasResultId(message)) call.add(message.resultId!);
  if (timing.when !== undefined) call.add(Math.ceil(timing.when));
  if (isSingle) addSingleWait(call, message);
  call.add(...values);
  if (rest === 'b' || rest === 'B' || rest === 'S') addBucketsOf(call, message);
  if (rest === 'w' || rest === 'B') addWaits(call, message.waits!);
}

/** True for what the script for what is usual can publish: it goes with nothing, or waits for a single bucket. */
export function isUsual(message: OutgoingMessage): boolean {
  const { channel, priority = 'medium' } = message;
  if (priority !== 'medium' || isPassing(channel) || hasResultId(message) || timingOf(message).when !== undefined)
    return false;
  const rest = restOf(message);
  return rest === '-' || rest === 's';
}

/**
 * Adds buckets to remove and to store, as the script's `read_buckets` reads them.
 * @param ownArgs given for those that come with a message: the id of its own arguments
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

/** Adds the buckets of a message: those of a name that somebody chose must not lie where a result goes. */
function addBucketsOf(call: Call, { headers, clears = [], buckets = [] }: OutgoingMessage): void {
  addBuckets(call, clears, buckets, ownArgsBucketOf(headers) ?? NO_OWN_ARGS);
}

/** No bucket has this id. */
const NO_OWN_ARGS = '';

/** Adds a bucket, as the script's `read_bucket` reads it. */
function addBucket(call: Call, bucket: BucketRecord, ownArgs: string | undefined): void {
  const { id, body, ttl, cause = '', jobName = '' } = bucket;
  const kind = id === ownArgs ? 'own' : 'named';
  call.add(
    id,
    body,
    ttl === null ? '' : Math.ceil(ttl),
    ownArgs === undefined ? bucketState(bucket) : kind,
    cause,
    jobName,
  );
}

function addWaits(call: Call, { timeout, result, on }: Waits): void {
  call.add(timeout, result?.id ?? '', String(result?.ttl ?? null), on.length);
  for (const { bucketId, condition } of on) call.add(bucketId, condition);
}

/** What the shape of a message says of its single wait. */
function singleWaitOf(message: OutgoingMessage): string {
  const { on, timeout, result } = message.waits!;
  return ` ${on[0]!.condition} ${timeout} ${result?.ttl ?? null} ${resultLetterOf(message)}`;
}

/** What it does not. */
function addSingleWait(call: Call, message: OutgoingMessage): void {
  const { on, result } = message.waits!;
  call.add(on[0]!.bucketId);
  if (resultLetterOf(message) === 'r') call.add(result!.id);
}

/** The bucket that says that the job was skipped: none, the one of its id, or another. */
function resultLetterOf({ id, waits }: OutgoingMessage): '-' | '=' | 'r' {
  if (!waits!.result) return '-';
  return waits!.result.id === id ? '=' : 'r';
}

/** None, one that its headers say, or one that needs a field of its own; in capitals where its result goes to another id. */
function idLetterOf(message: OutgoingMessage): '-' | 'i' | 'f' | 'I' | 'F' {
  if (message.id === undefined) return '-';
  if (hasResultId(message)) return needsIdField(message) ? 'F' : 'I';
  return needsIdField(message) ? 'f' : 'i';
}

/** True for a job whose result goes to a bucket of another id. */
function hasResultId({ id, resultId }: OutgoingMessage): boolean {
  return id !== undefined && resultId !== undefined && resultId !== id;
}

/** Nothing, buckets, waits, a single wait; in capitals with buckets. */
function restOf({ id, buckets, clears, waits }: OutgoingMessage): '-' | 'b' | 'w' | 'B' | 's' | 'S' {
  const hasBuckets = (buckets?.length ?? 0) > 0 || (clears?.length ?? 0) > 0;
  if (!waits) return hasBuckets ? 'b' : '-';
  if (id !== undefined && waits.on.length === 1) return hasBuckets ? 'S' : 's';
  return hasBuckets ? 'B' : 'w';
}

/** At once, at a time, or in so many milliseconds. */
function timingOf({ dueAt, delay }: OutgoingMessage): { readonly letter: '-' | 'a' | 'd'; readonly when?: number } {
  if (dueAt !== undefined) return { letter: 'a', when: dueAt };
  return delay !== undefined && delay > 0 ? { letter: 'd', when: delay } : AT_ONCE;
}
