import type { Connection } from '../connection/connection.js';
import { findJob, requireJobBroker, storedResult } from './find-job.js';
import type { JobHandle } from './job-handle.js';
import { endedState, type JobStatus } from './job-status.js';

/** @throws UnsupportedError */
export async function statusOf(job: JobHandle, connection: Connection): Promise<JobStatus> {
  const broker = await requireJobBroker(connection, 'status()');
  const place = await findJob(job, (id) => broker.locate(id));
  return { state: place?.location ?? endedState(await storedResult(job, connection)) };
}
