import { type BucketRecord, type OutgoingMessage, checkChannelName } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import type { ScriptCall } from '../script/script-call.js';
import { LETTER } from './priority-letters.js';

/** Adds a message to a script call, as the script's `read_message` reads it. */
export function addMessage(call: ScriptCall, message: OutgoingMessage): void {
  checkChannelName(message.channel);
  call.add(
    call.channel(message.channel),
    LETTER[message.priority ?? 'medium'],
    message.id ?? '',
    needsIdField(message) ? '1' : '',
  );
  addTiming(call, message);
  const fields = encodeFields(message);
  call.add(fields.length, ...fields);
  if (!message.buckets?.length && !message.clears?.length) call.add('');
  else addBuckets(call.add('1'), message.clears ?? [], message.buckets ?? []);
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
  for (const { id, body, ttl, success } of buckets)
    call.add(id, body, ttl === null ? '' : Math.ceil(ttl), success ? '1' : '0');
}

function addTiming(call: ScriptCall, { dueAt, delay }: OutgoingMessage): void {
  if (dueAt !== undefined) call.add('at', Math.ceil(dueAt));
  else if (delay !== undefined && delay > 0) call.add('in', Math.ceil(delay));
  else call.add('');
}
