import type { FailedResult } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import { CancelledError } from '../errors/index.js';
import { HEADER, type Message, readParameters } from '../message/index.js';
import { findJob, requireJobBroker } from './find-job.js';
import type { JobHandle } from './job-handle.js';

const CANCELLED = new CancelledError('The job was cancelled.');

/** Cancels the job, whatever its state. Resolves with false if the broker does not hold it. @throws UnsupportedError */
export async function cancelJob(job: JobHandle, connection: Connection): Promise<boolean> {
  const broker = await requireJobBroker(connection, 'cancel()');
  const { resultsBroker: into } = connection.buckets;
  const exception = `${CANCELLED.name}: ${CANCELLED.message}`;
  const result = into && connection.isTransactional(into) ? { into, exception } : undefined;
  const place = await findJob(job, (id) => broker.locate(id));
  const cancelled = place && (await broker.cancel(place.jobId, { result }));
  if (cancelled === undefined) return false;
  if (result === undefined) await storeCancelled(cancelled.message, exception, connection);
  await connection.removeSeparateArgs(cancelled.message.headers);
  return true;
}

/** For results in a separate store: the broker could not write the result when it cancelled the job. */
async function storeCancelled({ headers }: Message, exception: string, connection: Connection): Promise<void> {
  const { result: target, nonce } = readParameters(headers);
  if (target === undefined || connection.buckets.resultsBroker === undefined) return;
  const now = new Date(connection.now());
  const times = { startedAt: now, finishedAt: now, timestamp: now, ttl: target.ttl };
  const bucket: FailedResult = {
    data: null,
    success: false,
    cancelled: true,
    exception,
    jobName: headers[HEADER.topic],
    ...times,
  };
  await connection.storeSeparately([connection.buckets.writeResult(target.id, bucket, nonce)]);
}
