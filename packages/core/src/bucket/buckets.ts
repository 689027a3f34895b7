import { PayloadTooLargeError, UnsupportedError } from '../errors/index.js';
import { causeOfFailure } from '../dependency/skip.js';
import type { Serializer } from '../serializer/index.js';
import type { ArgsBucket, ResultBucket } from './bucket.js';
import { isResultBucket } from './bucket.js';
import type { BucketBroker, BucketWrite, WaitOptions } from './bucket-broker.js';
import { OpenWaits } from '../connection/open-waits.js';
import { sizeAbove } from '../message/size.js';
import { BucketCodec } from './codec.js';

/** Reads and writes the buckets of a connection. */
export class Buckets {
  /** The waits that are open on this connection. */
  readonly waits = new OpenWaits();
  private readonly codec: BucketCodec;

  constructor(
    readonly argsBroker: BucketBroker | undefined,
    readonly resultsBroker: BucketBroker | undefined,
    serializer: Serializer,
    /** The largest result, in bytes. */
    private readonly maxBytes: number,
  ) {
    this.codec = new BucketCodec(serializer);
  }

  /** The bucket of a job's arguments: an arguments bucket, or another job's result. That of a failed job holds null. */
  async findArgs<T>(id: string): Promise<ArgsBucket<T> | undefined> {
    const brokers = [...new Set([this.argsBroker, this.resultsBroker])].filter((broker) => broker !== undefined);
    if (brokers.length === 0) this.requireArgs(`Arguments bucket "${id}"`);
    for (const broker of brokers) {
      const [body] = await broker.get([id]);
      if (body !== undefined) return this.codec.decode<T>(body) as ArgsBucket<T>;
    }
    return undefined;
  }

  /** Decodes the data of a bucket. @throws SerializationError for a text that is not a bucket */
  decodeContents<T>(body: string): T {
    return this.codec.decodeContents(body);
  }

  /**
   * Decodes a bucket as a result; arguments count as a success.
   *
   * @throws SerializationError for a text that is not a bucket
   */
  decodeResult<T>(body: string): ResultBucket<T> {
    const bucket = this.codec.decode<T>(body);
    if (isResultBucket(bucket)) return bucket;
    return { ...bucket, success: true, startedAt: bucket.timestamp, finishedAt: bucket.timestamp };
  }

  /** The results that a job waited for, in the order of the ids; undefined for one that no longer exists. */
  async findResults(ids: readonly string[]): Promise<(ResultBucket | undefined)[]> {
    const bodies = await this.requireResults('The results of dependencies').get(ids);
    return bodies.map((body) => (body === undefined ? undefined : this.decodeResult(body)));
  }

  /** The result that is stored now. */
  async findResult<T>(id: string): Promise<ResultBucket<T> | undefined> {
    const [body] = await this.requireResults(`Result "${id}"`).get([id]);
    return body === undefined ? undefined : this.decodeResult<T>(body);
  }

  /** Resolves with the result once it is stored. @throws TimeoutError */
  async waitForResult<T>(id: string, options: WaitOptions): Promise<ResultBucket<T>> {
    const broker = this.requireResults(`Result "${id}"`);
    return this.decodeResult<T>(await this.waits.add(options, (given) => broker.wait(id, given)));
  }

  /** @throws SerializationError, UnsupportedError */
  writeArgs(id: string, bucket: ArgsBucket): BucketWrite {
    const into = this.argsBroker ?? this.requireArgs(`Arguments bucket "${id}"`);
    return { id, body: this.codec.encodeArgs(bucket), ttl: bucket.ttl, success: true, into };
  }

  /**
   * @param nonce the nonce of the job's headers: it says which enqueueing of the job the result belongs to
   * @throws SerializationError, PayloadTooLargeError, UnsupportedError
   */
  writeResult(id: string, bucket: ResultBucket, nonce?: string): BucketWrite {
    const into = this.resultsBroker ?? this.requireResults(`Result "${id}"`);
    const { success, skipped, ttl, exception, jobName } = bucket;
    const cause = exception === undefined ? undefined : causeOfFailure(id, exception, jobName);
    const body = this.codec.encodeResult(bucket, nonce);
    if (success) this.checkSize(id, body); // An error is always stored, and is always short.
    return { id, body, ttl, success, skipped, cause, jobName, into };
  }

  /** The nonce of the result that is stored now; undefined if no result is stored. */
  async findNonce(resultId: string): Promise<{ readonly nonce?: string } | undefined> {
    const [body] = await this.requireResults(`Result "${resultId}"`).get([resultId]);
    return body === undefined ? undefined : { nonce: this.codec.decodeNonce(body) };
  }

  /** @throws UnsupportedError if the connection stores no results */
  requireResults(askedBy: string): BucketBroker {
    return this.resultsBroker ?? refuse(askedBy, 'resultsBucketBroker');
  }

  /** @throws UnsupportedError if the connection stores no arguments */
  requireArgs(askedBy: string): BucketBroker {
    return this.argsBroker ?? refuse(askedBy, 'argsBucketBroker');
  }

  private checkSize(id: string, body: string): void {
    const size = sizeAbove(this.maxBytes, body);
    if (size !== undefined) throw new PayloadTooLargeError(`The result "${id}"`, size, this.maxBytes);
  }
}

function refuse(askedBy: string, broker: string): never {
  throw new UnsupportedError(`${askedBy} needs a bucket broker, and this connection has none. Configure "${broker}".`);
}
