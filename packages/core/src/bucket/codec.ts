import { SerializationError } from '../errors/index.js';
import { parse, stringifyMember } from '../serializer/json-serializer.js';
import { JSON_CONTENT_TYPE, type Serializer } from '../serializer/index.js';
import type { ArgsBucket, Bucket, FailedResult, ResultBucket } from './bucket.js';

/**
 * A bucket as JSON. Times are in milliseconds. `success`, `skipped` and `ttl` come first, where scripts look for them.
 * Data is written as it is, or in base64 if the serializer is not JSON.
 */
interface EncodedBucket {
  success?: boolean;
  exception?: string;
  skipped?: boolean;
  cancelled?: boolean;
  jobName?: string;
  nonce?: string;
  startedAt?: number;
  finishedAt?: number;
  timestamp: number;
  ttl: number | null;
  contentType?: string;
  data: unknown;
}

/** A result whose `success` is not known to the compiler. */
export type EncodableResult = ArgsBucket &
  Pick<FailedResult, 'startedAt' | 'finishedAt' | 'jobName' | 'skipped' | 'cancelled'> &
  Pick<ResultBucket, 'success' | 'exception'>;

/** True if an encoded bucket is a job's result; false for arguments. For brokers. It reads only the first bytes. */
export function isResultBody(body: string): boolean {
  return body.startsWith('{"success":');
}

/** Encodes buckets as text, which bucket brokers store, and decodes it. */
export class BucketCodec {
  private readonly isJson: boolean;

  constructor(private readonly serializer: Serializer) {
    this.isJson = serializer.contentType === JSON_CONTENT_TYPE;
  }

  /** @throws SerializationError for data that cannot be written, or could not be read back */
  encodeArgs({ data, timestamp, ttl }: ArgsBucket): string {
    return `{"ttl":${ttl},"timestamp":${timestamp.getTime()}${this.encodeData(data, 'args', undefined)}}`;
  }

  // Built by hand: JSON.stringify takes three times as long, most of it for the times.
  /**
   * @param nonce which enqueueing of its job the result belongs to
   * @throws SerializationError for data that cannot be written, or could not be read back
   */
  encodeResult(bucket: EncodableResult, nonce?: string): string {
    const { success, skipped, ttl, timestamp, exception, cancelled, jobName, startedAt, finishedAt, data } = bucket;
    return (
      `{"success":${success}${member('skipped', flag(skipped))},"ttl":${ttl},"timestamp":${timestamp.getTime()}` +
      `${member('exception', quoted(exception))}${member('cancelled', flag(cancelled))}` +
      `${member('jobName', quoted(jobName))}${member('nonce', quoted(nonce))}` +
      `,"startedAt":${startedAt.getTime()},"finishedAt":${finishedAt.getTime()}${this.encodeData(data, 'result', 'null')}}`
    );
  }

  /** @throws SerializationError for a text that is not a bucket */
  decode<T>(body: string): Bucket<T> {
    const encoded = parseBucket(body);
    const args = { data: this.decodeData(encoded) as T, timestamp: new Date(encoded.timestamp), ttl: encoded.ttl };
    return encoded.success === undefined ? args : ({ ...args, ...decodeOutcome(encoded) } as ResultBucket<T>);
  }

  /** Decodes only the data. @throws SerializationError for a text that is not a bucket */
  decodeContents<T>(body: string): T {
    return this.decodeData(parseBucket(body)) as T;
  }

  /** The nonce that a result was stored with. @throws SerializationError for a text that is not a bucket */
  decodeNonce(body: string): string | undefined {
    return parseBucket(body).nonce;
  }

  /** @param nothing the text for a value that JSON leaves out */
  private encodeData(data: unknown, name: string, nothing: string | undefined): string {
    if (data === null) return NO_DATA; // Written without the serializer: a failed result can be stored even if the serializer fails.
    if (this.isJson) return member('data', stringifyMember(data, name) ?? nothing);
    const text = Buffer.from(this.serializer.encode(data, name)).toString('base64');
    return member('contentType', quoted(this.serializer.contentType)) + member('data', quoted(text));
  }

  private decodeData({ data, contentType }: EncodedBucket): unknown {
    if (contentType === undefined) return data;
    return this.serializer.decode(Buffer.from(String(data), 'base64'));
  }
}

/** The exception of a failed result that was stored without one. */
const NO_EXCEPTION = 'Error: no reason was stored';

const NO_DATA = ',"data":null';

/** One more member of a JSON object, if it has a value. */
function member(name: string, text: string | undefined): string {
  return text === undefined ? '' : `,"${name}":${text}`;
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function parseBucket(body: string): EncodedBucket {
  const encoded = parse(body);
  if (!isEncodedBucket(encoded)) throw new SerializationError(NOT_A_BUCKET);
  return encoded;
}

const NOT_A_BUCKET =
  'The stored value is not a bucket: it has no "timestamp". Delete it, or find out what else writes to its key.';

function isEncodedBucket(value: unknown): value is EncodedBucket {
  return typeof value === 'object' && value !== null && typeof (value as EncodedBucket).timestamp === 'number';
}

function decodeOutcome(encoded: EncodedBucket): Omit<EncodableResult, 'data' | 'timestamp' | 'ttl'> {
  return {
    success: encoded.success === true,
    startedAt: new Date(encoded.startedAt ?? encoded.timestamp),
    finishedAt: new Date(encoded.finishedAt ?? encoded.timestamp),
    ...(encoded.success ? undefined : { exception: encoded.exception ?? NO_EXCEPTION }),
    ...(encoded.skipped ? { skipped: true } : undefined),
    ...(encoded.cancelled ? { cancelled: true } : undefined),
    ...(encoded.jobName === undefined ? undefined : { jobName: encoded.jobName }),
  };
}
