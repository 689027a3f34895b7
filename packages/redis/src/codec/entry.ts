import { isUtf8 } from 'node:buffer';
import { type DeliveredBucket, HEADER, MalformedMessageError, type Message, type OutgoingMessage } from '@repid/core';
import type { RawEntry } from '../connection/reader.js';
import { LIMITS } from '../options/defaults.js';
import { INPUT_FIELD } from './field-names.js';

/** Payloads up to this size, in bytes, are sent as text. */
const MOST_AS_TEXT = 1024;

/** An entry that was read as a message. */
export interface DecodedEntry {
  readonly message: Message;
  /** The job's id; undefined for a bare message. */
  readonly jobId: string | undefined;
  /** The inlined result of the job that it waited for. */
  readonly input: DeliveredBucket | undefined;
}

/** The fields of a stream entry, as the Python library writes them: a letter for each name, and the values. */
export function encodeFields(message: Message): [letters: string, values: (string | Buffer)[]] {
  const { contentType, replyTo } = message;
  const headers = encodeHeaders(message.headers);
  let letters = 'p';
  const values = [encodePayload(message.payload)];
  if (headers) {
    letters += 'h';
    values.push(headers);
  }
  if (contentType) {
    letters += 'c';
    values.push(contentType);
  }
  if (replyTo) {
    letters += 'r';
    values.push(replyTo);
  }
  return [letters, values];
}

/** The headers as JSON; empty if there are none. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(headers);
  return text === '{}' ? '' : text;
}

/** True if no header holds the job's id, so that it needs a field. */
export function needsIdField(message: OutgoingMessage): boolean {
  return message.id !== undefined && message.headers[HEADER.id] !== message.id;
}

/** @throws MalformedMessageError if the entry is not a message */
export function decodeEntry(channel: string, [id, fields]: RawEntry): DecodedEntry {
  const count = (fields?.length ?? 0) / 2;
  if (count > LIMITS.entryFields)
    throw malformed(channel, id, `it has ${count} fields, more than ${LIMITS.entryFields}`);
  const entry = readFields(fields ?? []);
  if (!entry.payload) throw malformed(channel, id, 'it has no field "payload"');
  const headers = entry.headers === undefined ? {} : parseHeaders(entry.headers);
  if (!headers) throw malformed(channel, id, 'its field "headers" is not a JSON object of texts');
  const message = messageOf(channel, entry.payload, headers, entry);
  return { message, jobId: entry.id ?? headers[HEADER.id], input: entry.input };
}

/** Reads as much as possible of an entry that may not be a message. */
export function decodeLeniently(channel: string, fields: readonly Buffer[]): Message {
  const entry = readFields(fields);
  const headers = (entry.headers !== undefined && parseHeaders(entry.headers)) || {};
  return messageOf(channel, entry.payload ?? Buffer.alloc(0), headers, entry);
}

interface Fields {
  payload?: Buffer;
  headers?: string;
  contentType?: string;
  replyTo?: string;
  id?: string;
  input?: DeliveredBucket;
}

function readFields(fields: readonly Buffer[]): Fields {
  const read: Fields = {};
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const value = fields[at + 1]!;
    const name = fields[at]!.toString('latin1');
    switch (name) {
      case 'payload':
        read.payload = value;
        break;
      case 'headers':
        read.headers = value.toString();
        break;
      case 'content_type':
        read.contentType = value.toString();
        break;
      case 'reply_to':
        read.replyTo = value.toString();
        break;
      case 'id':
        read.id = value.toString();
        break;
      default:
        if (name.startsWith(INPUT_FIELD))
          read.input = { bucketId: fields[at]!.toString('utf8', INPUT_FIELD.length), body: value.toString() };
    }
  }
  return read;
}

function parseHeaders(text: string): Record<string, string> | undefined {
  try {
    const headers: unknown = JSON.parse(text);
    return areHeaders(headers) ? headers : undefined;
  } catch {
    return undefined;
  }
}

function areHeaders(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if (typeof (value as Record<string, unknown>)[name] !== 'string') return false;
  return true;
}

function messageOf(channel: string, payload: Buffer, headers: Record<string, string>, entry: Fields): Message {
  return {
    channel,
    payload,
    headers,
    contentType: entry.contentType || undefined,
    replyTo: entry.replyTo || undefined,
  };
}

function malformed(channel: string, id: Buffer, why: string): MalformedMessageError {
  return new MalformedMessageError(
    `Entry "${id.toString()}" on channel "${channel}" is not a message: ${why}. It was moved to the dead letters.`,
  );
}

/** Sends short UTF-8 payloads as strings: ioredis encodes them several times faster than buffers. */
function encodePayload(payload: Uint8Array): string | Buffer {
  const bytes = bytesOf(payload);
  return bytes.length <= MOST_AS_TEXT && isUtf8(bytes) ? bytes.toString() : bytes;
}

function bytesOf(payload: Uint8Array): Buffer {
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
