import type { BucketRecord } from '../bucket/bucket-broker.js';
import { CONDITIONS } from '../dependency/condition.js';
import type { Waits } from '../dependency/waits.js';
import { LONGEST_DURATION } from '../duration/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';
import { checkChannelName } from '../message/channel-name.js';
import { checkBucketId, ID_RULE, isId } from '../message/id.js';
import { type OutgoingMessage, PRIORITIES } from '../message/message.js';
import type { Settlement } from './settlement.js';

/** The latest time that a Date can hold, in milliseconds since 1970. Integers are exact up to there. */
const LATEST = 8.64e15;

const A_TIME = `expected milliseconds since 1970, from 0 to ${LATEST}`;
const A_SPAN = `expected milliseconds, from 0 to 100 years`;
const A_TEXT = 'expected text, without lone surrogates';

/**
 * Checks a message before a broker accepts it, so that all brokers accept the same messages and can read what they
 * accept. Brokers call it for each message before they change anything.
 *
 * @throws InvalidOptionError that names the field, its value and what was expected
 */
export function checkOutgoingMessage(message: OutgoingMessage): void {
  const { channel, payload, headers, id, resultId, priority, dueAt, delay, contentType, replyTo } = message;
  checkChannelName(channel);
  if (!(payload instanceof Uint8Array)) refuse('payload', channel, payload, 'expected bytes: a Uint8Array or Buffer');
  checkHeaders(headers, channel);
  if (id !== undefined && !isId(id)) refuse('id', channel, id, `expected ${ID_RULE}`);
  if (resultId !== undefined && !isId(resultId)) refuse('resultId', channel, resultId, `expected ${ID_RULE}`);
  if (priority !== undefined && !PRIORITIES.includes(priority)) refuse('priority', channel, priority, A_PRIORITY);
  if (dueAt !== undefined && !isWithin(dueAt, LATEST)) refuse('dueAt', channel, dueAt, A_TIME);
  if (delay !== undefined && !isWithin(delay, LONGEST_DURATION)) refuse('delay', channel, delay, A_SPAN);
  if (contentType !== undefined && !isText(contentType)) refuse('contentType', channel, contentType, A_TEXT);
  if (replyTo !== undefined && !isText(replyTo)) refuse('replyTo', channel, replyTo, A_TEXT);
  message.buckets?.forEach(checkBucketRecord);
  message.clears?.forEach((bucket) => checkBucketId(bucket.id));
  if (message.waits !== undefined) checkWaits(message.waits, channel);
}

/**
 * Checks a settlement in the same way.
 *
 * @param channel the channel of the settled message
 * @throws InvalidOptionError
 */
export function checkSettlement(channel: string, { outcome, bucket, publish }: Settlement): void {
  if (outcome.type !== 'ack') checkHeaders(outcome.headers, channel);
  if (outcome.type === 'retry' && !isWithin(outcome.delay, LONGEST_DURATION))
    refuse('delay', channel, outcome.delay, A_SPAN);
  if (bucket) checkBucketRecord(bucket);
  publish?.forEach(checkOutgoingMessage);
}

/** Checks a bucket in the same way. @throws InvalidOptionError */
export function checkBucketRecord({ id, body, ttl }: Pick<BucketRecord, 'id' | 'body' | 'ttl'>): void {
  checkBucket(id, ttl);
  if (typeof body !== 'string') refuseBucket('body', id, body, 'expected text');
}

function checkBucket(id: string, ttl: number | null): void {
  checkBucketId(id);
  if (ttl !== null && !isWithin(ttl, LONGEST_DURATION)) refuseBucket('ttl', id, ttl, `${A_SPAN}, or null`);
}

const A_PRIORITY = `expected one of ${PRIORITIES.map((priority) => `"${priority}"`).join(', ')}`;

function checkHeaders(headers: OutgoingMessage['headers'], channel: string): void {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    refuse('headers', channel, headers, 'expected an object whose values are all text');
  for (const name in headers) {
    if (name === '__proto__') refuse('headers', channel, name, 'expected no header of this name');
    if (typeof headers[name] !== 'string') refuse(`headers.${name}`, channel, headers[name], 'expected text');
  }
}

function checkWaits({ on, timeout, result }: Waits, channel: string): void {
  for (const { bucketId, condition } of on) {
    checkBucketId(bucketId);
    if (!CONDITIONS.includes(condition)) refuse('waits', channel, condition, A_CONDITION);
  }
  if (!isWithin(timeout, LONGEST_DURATION)) refuse('waits.timeout', channel, timeout, A_SPAN);
  if (result) checkBucket(result.id, result.ttl);
}

const A_CONDITION = `expected one of ${CONDITIONS.map((condition) => `"${condition}"`).join(', ')}`;

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed();
}

function refuse(field: string, channel: string, value: unknown, expected: string): never {
  throw new InvalidOptionError(`"${field}" of a message for channel "${channel}" is ${show(value)}: ${expected}.`);
}

function refuseBucket(field: string, id: string, value: unknown, expected: string): never {
  throw new InvalidOptionError(`"${field}" of bucket "${id}" is ${show(value)}: ${expected}.`);
}
