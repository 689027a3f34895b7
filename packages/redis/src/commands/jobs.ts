import type { Condition, JobInspection, JobLocation, JobPlace, JobReference, Wait } from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';
import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';
import { Call } from './call.js';
import { scripts } from './scripts.generated.js';

type LocateReply = readonly [location: JobLocation, jobId: string, channel: string];

/** Due in milliseconds since the epoch or -1; missing buckets, each followed by its condition. */
type InspectReply = readonly [
  location: Buffer,
  jobId: Buffer,
  channel: Buffer,
  fields: readonly Buffer[],
  due: number,
  missing: readonly Buffer[],
];

export async function locate(connection: Connection, keys: Keys, jobId: string): Promise<JobPlace | undefined> {
  const found = await connection.runAgain<LocateReply | null>(findJobCall(keys, jobId, 'locate'));
  return found ? { location: found[0], jobId: found[1], channel: found[2] } : undefined;
}

export async function inspect(connection: Connection, keys: Keys, jobId: string): Promise<JobInspection | undefined> {
  return inspectionOf(await connection.runAgain(findJobCall(keys, jobId, 'inspect'), { buffers: true }));
}

/** The jobs that wait for the bucket or have yet to read it. */
export async function waiters(connection: Connection, keys: Keys, bucketId: string): Promise<JobReference[]> {
  return (await connection.runAgain<string[]>(new Call(scripts.waiters, keys).add(bucketId))).map(referenceOf);
}

/** @param exception what the job's result says; '' to store no result */
export async function cancel(
  connection: Connection,
  keys: Keys,
  jobId: string,
  exception: string,
): Promise<JobInspection | undefined> {
  return inspectionOf(await connection.run(findJobCall(keys, jobId, 'cancel', exception), { buffers: true }));
}

function findJobCall(keys: Keys, jobId: string, mode: 'locate' | 'inspect' | 'cancel', exception = ''): Call {
  return new Call(scripts.findJob, keys).add(jobId, mode, exception);
}

function inspectionOf(reply: InspectReply | null): JobInspection | undefined {
  if (!reply) return undefined;
  const [place, id, name, fields, due, missing] = reply;
  const [location, jobId, channel] = [place.toString() as JobLocation, id.toString(), name.toString()];
  const job = { location, jobId, channel, message: decodeLeniently(channel, fields) };
  if (location === 'delayed') return { ...job, dueAt: due };
  return location === 'waiting' ? { ...job, missing: waitsOf(missing) } : job;
}

/** Names of channels hold no colon. */
function referenceOf(member: string): JobReference {
  const colon = member.indexOf(':');
  return { channel: member.slice(0, colon), jobId: member.slice(colon + 1) };
}

function waitsOf(texts: readonly Buffer[]): Wait[] {
  return Array.from({ length: texts.length / 2 }, (_, n) => ({
    bucketId: texts[2 * n]!.toString(),
    condition: texts[2 * n + 1]!.toString() as Condition,
  }));
}
