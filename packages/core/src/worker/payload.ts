import type { Delivery } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { PayloadSource } from '../converter/index.js';
import { BucketNotFoundError } from '../errors/index.js';
import type { MessageParameters } from '../message/index.js';

/** Returns the payload of a delivery: its own bytes, decoded on first use, or the contents of its arguments bucket. */
export function loadPayload(
  { message, inlinedResult }: Delivery,
  { argsBucketId }: MessageParameters,
  connection: Connection,
): PayloadSource | Promise<PayloadSource> {
  if (argsBucketId === undefined) return new MessagePayload(message.payload, message.contentType, connection);
  if (argsBucketId === inlinedResult?.bucketId)
    return new BucketPayload(connection.buckets.decodeContents(inlinedResult.body), connection);
  return loadBucket(argsBucketId, connection);
}

async function loadBucket(id: string, connection: Connection): Promise<PayloadSource> {
  const bucket = await connection.buckets.findArgs(id);
  if (bucket === undefined) throw new BucketNotFoundError(id);
  return new BucketPayload(bucket.data, connection);
}

class MessagePayload implements PayloadSource {
  private decoded: { readonly value: unknown } | undefined;

  constructor(
    readonly bytes: Uint8Array,
    private readonly contentType: string | undefined,
    private readonly connection: Connection,
  ) {}

  get value(): unknown {
    this.decoded ??= { value: this.bytes.byteLength === 0 ? undefined : this.decode() };
    return this.decoded.value;
  }

  private decode(): unknown {
    return this.connection.serializerFor(this.contentType).decode(this.bytes);
  }
}

class BucketPayload implements PayloadSource {
  constructor(
    readonly value: unknown,
    private readonly connection: Connection,
  ) {}

  get bytes(): Uint8Array {
    return this.connection.serializer.encode(this.value);
  }
}
