import type { ArgsBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { argsBucketOf, type Message, readParameters } from '../message/index.js';
import { requireJobBroker } from './find-job.js';
import type { JobHandle } from './job-handle.js';

/** The arguments of a job that the broker holds; undefined for a job that it does not hold. @throws UnsupportedError */
export async function heldArgs<Args>(job: JobHandle, connection: Connection): Promise<ArgsBucket<Args> | undefined> {
  const broker = await requireJobBroker(connection, `args() of job ${job.label}, which names no bucket,`);
  const inspection = await broker.inspect(job.id);
  if (inspection === undefined || inspection.jobId !== job.id) return undefined; // That is the job it delegated to.
  const { message } = inspection;
  const bucketId = argsBucketOf(message.headers);
  return bucketId === undefined ? argsIn(message, connection) : connection.buckets.findArgs<Args>(bucketId);
}

function argsIn<Args>(message: Message, connection: Connection): ArgsBucket<Args> | undefined {
  if (message.payload.byteLength === 0) return undefined;
  const data = connection.serializerFor(message.contentType).decode(message.payload) as Args;
  return { data, timestamp: new Date(readParameters(message.headers).timestamp ?? connection.now()), ttl: null };
}
