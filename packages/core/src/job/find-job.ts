import { type JobPlace, type MessageBroker, requireCapability } from '../broker/index.js';
import type { ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import type { JobHandle } from './job-handle.js';

/**
 * Finds the job by its id, or else by the bucket of its result. The bucket finds the job that it delegated to, and,
 * for a handle that knows only the bucket, the job itself.
 */
export async function findJob<Found extends JobPlace>(
  { id, resultId }: JobHandle,
  ask: (id: string) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const found = await ask(id);
  if (found !== undefined || resultId === undefined || resultId === id) return found;
  const other = await ask(resultId);
  return other?.jobId === resultId ? undefined : other; // A job with that id is an unrelated one.
}

/** The connection's broker, connected. @throws UnsupportedError for a broker that cannot find jobs */
export async function requireJobBroker(connection: Connection, call: string): Promise<MessageBroker> {
  requireCapability(connection.broker, 'jobIds', call);
  await connection.ready();
  return connection.broker;
}

/** The result that is stored now, if any. */
export async function storedResult(
  { resultId }: JobHandle,
  { buckets }: Connection,
): Promise<ResultBucket | undefined> {
  return resultId === undefined ? undefined : buckets.findResult(resultId);
}
