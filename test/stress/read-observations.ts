import type { Redis } from 'ioredis';
import { Observations, type StoredDeadLetter, type StoredResult } from './observations.js';
import type { LogEntry } from './run-log.js';
import { AUDIT } from './workloads/workload.js';

/** Number of buckets read in one command. */
const BATCH = 500;

const BUCKETS = 'repid:bucket:';

/** Reads the state of Redis directly, without Repid, and combines it with the run log. */
export async function readObservations(
  redis: Redis,
  channels: readonly string[],
  entries: readonly LogEntry[],
): Promise<Observations> {
  const deadLetters = await Promise.all(channels.map((channel) => readDeadLetters(redis, channel)));
  return new Observations(await readCommits(redis), await readResults(redis), runsOf(entries), deadLetters.flat());
}

/** Returns the number of committed settlements of each job. */
async function readCommits(redis: Redis): Promise<Map<string, number>> {
  const commits = new Map<string, number>();
  for (const [, fields] of await redis.xrange(`repid:${AUDIT}`, '-', '+')) {
    const { name } = JSON.parse(fieldOf(fields, 'payload')) as { name: string };
    commits.set(name, (commits.get(name) ?? 0) + 1);
  }
  return commits;
}

async function readResults(redis: Redis): Promise<Map<string, StoredResult>> {
  const keys = await redis.keys(`${BUCKETS}*`);
  const results = new Map<string, StoredResult>();
  for (let start = 0; start < keys.length; start += BATCH) {
    const batch = keys.slice(start, start + BATCH);
    for (const [n, body] of (await redis.mget(batch)).entries())
      if (body !== null) results.set(batch[n]!.slice(BUCKETS.length), JSON.parse(body) as StoredResult);
  }
  return results;
}

async function readDeadLetters(redis: Redis, channel: string): Promise<StoredDeadLetter[]> {
  return (await redis.xrange(`repid:${channel}:dlq`, '-', '+')).map(([id, fields]) => {
    const headers = JSON.parse(fieldOf(fields, 'headers') || '{}') as Record<string, string>;
    const { code = '' } = JSON.parse(fieldOf(fields, 'reason') || '{}') as { code?: string };
    return { channel, jobId: headers['repid-id'] ?? id, code };
  });
}

function runsOf(entries: readonly LogEntry[]): Map<string, number[]> {
  const runs = new Map<string, number[]>();
  for (const { at, type, text } of entries) {
    if (type !== 'start') continue;
    const times = runs.get(text);
    if (times) times.push(at);
    else runs.set(text, [at]);
  }
  return runs;
}

function fieldOf(fields: readonly string[], name: string): string {
  for (let n = 0; n < fields.length; n += 2) if (fields[n] === name) return fields[n + 1]!;
  return '';
}
