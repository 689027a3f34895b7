import type { OutgoingMessage } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import type { Keys } from '../keys.js';
import { PublishOneCall } from '../script/publish-one-call.js';

/** What the letters of an entry's fields stand for. */
const NAMES: Readonly<Record<string, string>> = { p: 'payload', h: 'headers', c: 'content_type', r: 'reply_to' };

/** The call that publishes one plain message. */
export function publishOneCallFor(message: OutgoingMessage, keys: Keys): PublishOneCall {
  const call = new PublishOneCall(keys.channel(message.channel), message.id);
  const [letters, values] = encodeFields(message);
  values.forEach((value, n) => call.add(NAMES[letters[n]!]!, value));
  return needsIdField(message) ? call.add('id', message.id!) : call;
}
