import type { JobInspection, JobPlace, MessageBroker } from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import type { Wait } from '../dependency/index.js';
import { findJob, requireJobBroker, storedResult } from '../job/find-job.js';
import type { JobHandle } from '../job/job-handle.js';
import { HEADER } from '../message/index.js';
import { type Awaited, explainEnded, explainHeld, type JobExplanation, MAX_NAMED } from './explanation.js';

/** Explains why a job is not done, or how it ended. @throws UnsupportedError */
export async function explain(job: JobHandle, connection: Connection): Promise<JobExplanation> {
  const broker = await requireJobBroker(connection, 'explain()');
  const inspection = await findJob(job, (id) => broker.inspect(id));
  if (inspection === undefined) return explainEnded(job, await storedResult(job, connection));
  return explainHeld(job, inspection, await findAwaited(inspection.missing ?? [], broker));
}

/** The jobs that are to store the buckets. Only the first few are asked for their names. */
function findAwaited(waits: readonly Wait[], broker: MessageBroker): Promise<Awaited[]> {
  const find = (bucketId: string, index: number): Promise<JobPlace | JobInspection | undefined> =>
    index < MAX_NAMED ? broker.inspect(bucketId) : broker.locate(bucketId);
  return Promise.all(
    waits.map(async (wait, index) => {
      const found = await find(wait.bucketId, index);
      const name = found && 'message' in found ? found.message.headers[HEADER.topic] : undefined;
      return { ...wait, state: found?.location ?? 'unknown', channel: found?.channel, name };
    }),
  );
}
