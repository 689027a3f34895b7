import type { Condition, JobInspection, JobLocation, JobReference, Wait } from '@repid/core';
import { decodeLeniently } from '../codec/entry.js';

/** What the operation `locate` returns. */
export type LocateAnswer = readonly [location: JobLocation, jobId: string, channel: string];

/** What the operations `inspect` and `cancel` return: due in milliseconds since the epoch or -1; missing buckets and conditions in turn. */
export type InspectAnswer = readonly [
  location: Buffer,
  jobId: Buffer,
  channel: Buffer,
  fields: readonly Buffer[],
  due: number,
  missing: readonly Buffer[],
];

/** The answer as core knows it. */
export function inspectionOf([place, id, name, fields, due, missing]: InspectAnswer): JobInspection {
  const [location, jobId, channel] = [place.toString() as JobLocation, id.toString(), name.toString()];
  const job = { location, jobId, channel, message: decodeLeniently(channel, fields) };
  if (location === 'delayed') return { ...job, dueAt: due };
  return location === 'waiting' ? { ...job, missing: waitsOf(missing) } : job;
}

/** The job that a member of a bucket's waiters stands for. Names of channels have no colon. */
export function referenceOf(member: string): JobReference {
  const colon = member.indexOf(':');
  return { channel: member.slice(0, colon), jobId: member.slice(colon + 1) };
}

function waitsOf(texts: readonly Buffer[]): Wait[] {
  return Array.from({ length: texts.length / 2 }, (_, n) => ({
    bucketId: texts[2 * n]!.toString(),
    condition: texts[2 * n + 1]!.toString() as Condition,
  }));
}
