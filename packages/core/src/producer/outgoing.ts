import type { OutgoingBytes, OutgoingJson, SendOptions } from '../actor/message-dependency.js';
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
});

const bytesSchema = v.strictObject({
  ...jsonSchema.entries,
  payload: v.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes: a Uint8Array or Buffer'),
  contentType: v.optional(option.nonEmptyText),
});

const { replyTo: _itsOwn, ...requestEntries } = jsonSchema.entries;

const immediate = v.optional(option.boolean);
const parseJson = optionsParser(jsonSchema);
const parseBytes = optionsParser(bytesSchema);
const parseRequest = optionsParser(v.strictObject(requestEntries));
const parseJsonFollower = optionsParser(v.strictObject({ ...jsonSchema.entries, immediate }));
const parseBytesFollower = optionsParser(v.strictObject({ ...bytesSchema.entries, immediate }));

/** A message that an actor sends, and when. */
export interface OutgoingFollower {
  readonly message: OutgoingMessage;
  /** True to send now; false to send when the settlement is committed. */
  readonly immediate: boolean;
}

/** @throws InvalidOptionError, SerializationError */
export function outgoingJson(message: OutgoingJson, defaultChannel?: string): OutgoingMessage {
  return jsonMessage(parseJson(message, 'message'), defaultChannel);
}

/** @throws InvalidOptionError */
export function outgoingBytes(message: OutgoingBytes, defaultChannel?: string): OutgoingMessage {
  return bytesMessage(parseBytes(message, 'message'), defaultChannel);
}

/** The message of a request, without `replyTo`. @throws InvalidOptionError, SerializationError */
export function outgoingRequest(message: Omit<OutgoingJson, 'replyTo'>): OutgoingMessage {
  return jsonMessage(parseRequest(message, 'request'));
}

/** @throws InvalidOptionError, SerializationError */
export function jsonFollower(message: OutgoingJson & SendOptions): OutgoingFollower {
  const { immediate: isImmediate = false, ...rest } = parseJsonFollower(message, 'message');
  return { message: jsonMessage(rest), immediate: isImmediate };
}

/** @throws InvalidOptionError */
export function bytesFollower(message: OutgoingBytes & SendOptions): OutgoingFollower {
  const { immediate: isImmediate = false, ...rest } = parseBytesFollower(message, 'message');
  return { message: bytesMessage(rest), immediate: isImmediate };
}

function jsonMessage({ channel, payload, headers, replyTo }: OutgoingJson, defaultChannel?: string): OutgoingMessage {
  return {
    channel: channelFrom(channel, defaultChannel),
    payload: jsonSerializer.encode(payload, 'payload'),
    headers: headers ?? {},
    contentType: JSON_CONTENT_TYPE,
    replyTo,
  };
}

function bytesMessage(message: OutgoingBytes, defaultChannel?: string): OutgoingMessage {
  const { channel, payload, headers, contentType, replyTo } = message;
  return { channel: channelFrom(channel, defaultChannel), payload, headers: headers ?? {}, contentType, replyTo };
}

/** The channel that was given and checked; otherwise the fallback. */
function channelFrom(given: string | undefined, fallback: string | undefined): string {
  if (given !== undefined) return given;
  if (fallback === undefined) {
    throw new InvalidOptionError(
      'Option "channel" of message is missing, and the message to reply to has no "replyTo". Name the channel.',
    );
  }
  checkChannelName(fallback);
  return fallback;
}
