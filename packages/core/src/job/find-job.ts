import { type JobInspection, type JobPlace, type MessageBroker, requireCapability } from '../broker/index.js';
import type { ArgsBucket, ResultBucket } from '../bucket/index.js';
import type { Connection } from '../connection/connection.js';
import type { Wait } from '../dependency/waits.js';
import { CancelledError } from '../errors/index.js';
import { type Awaited, explain, type JobExplanation } from '../graph/explanation.js';
import { argsBucketOf, HEADER, type Message, readParameters } from '../message/index.js';
import type { Job } from './job.js';
import { endedState, type JobStatus } from './job-status.js';

/** How many of the jobs that one waits for are asked for their names. */
const NAMED = 3;

const CANCELLED = new CancelledError('The job was cancelled.');

/** @throws UnsupportedError */
export async function statusOf(job: Job, connection: Connection): Promise<JobStatus> {
  const broker = await jobBroker(connection, 'status()');
  const place = await find(job, (id) => broker.locate(id));
  return { state: place?.location ?? endedState(await resultOf(job, connection)) };
}

/** @throws UnsupportedError */
export async function explanationOf(job: Job, connection: Connection): Promise<JobExplanation> {
  const broker = await jobBroker(connection, 'explain()');
  const inspection = await find(job, (id) => broker.inspect(id));
  if (inspection === undefined) return explain(job, undefined, await resultOf(job, connection));
  return explain(job, inspection, undefined, await findAwaited(inspection.missing ?? [], broker));
}

/** Ends the job, wherever it is. Resolves with false where it is not there. @throws UnsupportedError */
export async function cancelJob(job: Job, connection: Connection): Promise<boolean> {
  const broker = await jobBroker(connection, 'cancel()');
  const { resultsBroker: into } = connection.buckets;
  const exception = `${CANCELLED.name}: ${CANCELLED.message}`;
  const result = into && connection.isJoined(into) ? { into, exception } : undefined;
  const place = await find(job, (id) => broker.locate(id));
  const cancelled = place && (await broker.cancel(place.jobId, { result }));
  if (cancelled === undefined) return false;
  if (result === undefined) await storeCancelled(cancelled.message, exception, connection);
  await connection.removeArgsApart(cancelled.message.headers);
  return true;
}

/** The arguments that the broker has for the job; undefined where it does not hold it. @throws UnsupportedError */
export async function heldArgs<Args>(job: Job, connection: Connection): Promise<ArgsBucket<Args> | undefined> {
  const broker = await jobBroker(connection, `args() of job ${job.label}, which names no bucket,`);
  const inspection = await broker.inspect(job.id);
  if (inspection === undefined || inspection.jobId !== job.id) return undefined; // Of the job that it has delegated to.
  const { message } = inspection;
  const bucketId = argsBucketOf(message.headers);
  return bucketId === undefined ? argsIn(message, connection) : connection.buckets.findArgs<Args>(bucketId);
}

/**
 * Finds it by its id, or by the bucket that its result goes to: that finds the job which it has delegated to, and, for a handle that
 * knows no more, the job itself.
 */
async function find<Found extends JobPlace>(
  { id, resultId }: Job,
  ask: (id: string) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const found = await ask(id);
  if (found !== undefined || resultId === undefined || resultId === id) return found;
  const other = await ask(resultId);
  return other?.jobId === resultId ? undefined : other; // A job that has this id is another one.
}

async function jobBroker(connection: Connection, asked: string): Promise<MessageBroker> {
  requireCapability(connection.broker, 'jobIds', asked);
  await connection.ready();
  return connection.broker;
}

async function resultOf({ resultId }: Job, { buckets }: Connection): Promise<ResultBucket | undefined> {
  return resultId === undefined ? undefined : buckets.findResult(resultId);
}

/** The first few also by their names. */
function findAwaited(waits: readonly Wait[], broker: MessageBroker): Promise<Awaited[]> {
  const look = (bucketId: string, index: number): Promise<JobPlace | JobInspection | undefined> =>
    index < NAMED ? broker.inspect(bucketId) : broker.locate(bucketId);
  return Promise.all(
    waits.map(async (wait, index) => {
      const found = await look(wait.bucketId, index);
      const name = found && 'message' in found ? found.message.headers[HEADER.topic] : undefined;
      return { ...wait, state: found?.location ?? 'unknown', channel: found?.channel, name };
    }),
  );
}

/** Results lie in another place than messages: the broker could not store it in the act that has ended the job. */
async function storeCancelled({ headers }: Message, exception: string, connection: Connection): Promise<void> {
  const { result: place, nonce } = readParameters(headers);
  if (place === undefined || connection.buckets.resultsBroker === undefined) return;
  const now = new Date(connection.now());
  const times = { startedAt: now, finishedAt: now, timestamp: now, ttl: place.ttl };
  const bucket = { data: null, success: false, cancelled: true, exception, jobName: headers[HEADER.topic], ...times };
  await connection.storeApart([connection.buckets.writeResult(place.id, bucket, nonce)]);
}

function argsIn<Args>(message: Message, connection: Connection): ArgsBucket<Args> | undefined {
  if (message.payload.byteLength === 0) return undefined;
  const data = connection.serializerFor(message.contentType).decode(message.payload) as Args;
  return { data, timestamp: new Date(readParameters(message.headers).timestamp ?? connection.now()), ttl: null };
}
