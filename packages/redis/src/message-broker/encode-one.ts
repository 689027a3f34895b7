import type { OutgoingMessage } from '@repid/core';
import { encodeFields, needsIdField } from '../codec/entry.js';
import { FIELD_NAMES } from '../codec/field-names.js';
import type { Keys } from '../keys.js';
import { PublishOneCall } from '../script/publish-one-call.js';

/** The call that publishes one plain message. */
export function publishOneCallFor(message: OutgoingMessage, keys: Keys): PublishOneCall {
  const call = new PublishOneCall(keys.channel(message.channel), keys.jobs, message.channel, message.id);
  const [letters, values] = encodeFields(message);
  values.forEach((value, n) => call.add(FIELD_NAMES[letters[n] as keyof typeof FIELD_NAMES], value));
  return needsIdField(message) ? call.add('id', message.id!) : call;
}
