import type { OutgoingBytes, OutgoingJson } from '../actor/message-dependency.js';
import { InvalidOptionError } from '../errors/index.js';
import { checkChannelName, type OutgoingMessage } from '../message/index.js';
import { option } from '../options/index.js';
import { optionsParser } from '../options/options-parser.js';
import * as v from 'valibot';
import { JSON_CONTENT_TYPE, jsonSerializer } from '../serializer/index.js';

const jsonSchema = v.strictObject({
  channel: v.optional(option.channelName),
  payload: v.unknown(),
  headers: v.optional(option.headers),
  replyTo: v.optional(option.channelName),
  immediate: v.optional(option.boolean),
});

const bytesSchema = v.strictObject({
  ...jsonSchema.entries,
  payload: v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes: a Uint8Array or Buffer'),
  contentType: v.optional(option.nonEmptyText),
});

const parseJson = optionsParser(jsonSchema);
const parseBytes = optionsParser(bytesSchema);

/** @throws InvalidOptionError, SerializationError */
export function outgoingJson(message: OutgoingJson, defaultChannel?: string): OutgoingMessage {
  const { channel, payload, headers, replyTo } = parseJson(message, 'message');
  return {
    channel: channelFrom(channel, defaultChannel),
    payload: jsonSerializer.encode(payload),
    headers: headers ?? {},
    contentType: JSON_CONTENT_TYPE,
    replyTo,
  };
}

/** @throws InvalidOptionError */
export function outgoingBytes(message: OutgoingBytes, defaultChannel?: string): OutgoingMessage {
  const { channel, payload, headers, contentType, replyTo } = parseBytes(message, 'message');
  return { channel: channelFrom(channel, defaultChannel), payload, headers: headers ?? {}, contentType, replyTo };
}

/** The one that was given, and is checked; otherwise that of the message that is answered. */
function channelFrom(given: string | undefined, fallback: string | undefined): string {
  if (given !== undefined) return given;
  if (fallback === undefined) {
    throw new InvalidOptionError(
      'Option "channel" of message is missing, and the message that is answered has no "replyTo". Name the channel.',
    );
  }
  checkChannelName(fallback);
  return fallback;
}
