import type { Redis } from 'ioredis';
import { Evidence, type Letter, type StoredResult } from './evidence.js';
import type { Sighting } from './witness.js';
import { AUDIT } from './workloads/workload.js';

/** Buckets read in one command. */
const BATCH = 500;

const BUCKETS = 'repid:bucket:';

/** Looks past Repid: into Redis itself, and into what the actors have written beside it. */
export async function gather(
  redis: Redis,
  channels: readonly string[],
  sightings: readonly Sighting[],
): Promise<Evidence> {
  const letters = await Promise.all(channels.map((channel) => readLetters(redis, channel)));
  return new Evidence(await readCommits(redis), await readResults(redis), runsOf(sightings), letters.flat());
}

/** How many settlements of each job were committed. */
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

async function readLetters(redis: Redis, channel: string): Promise<Letter[]> {
  return (await redis.xrange(`repid:${channel}:dlq`, '-', '+')).map(([id, fields]) => {
    const headers = JSON.parse(fieldOf(fields, 'headers') || '{}') as Record<string, string>;
    const { code = '' } = JSON.parse(fieldOf(fields, 'reason') || '{}') as { code?: string };
    return { channel, jobId: headers['repid-id'] ?? id, code };
  });
}

function runsOf(sightings: readonly Sighting[]): Map<string, number[]> {
  const runs = new Map<string, number[]>();
  for (const { at, sight, text } of sightings) {
    if (sight !== 'begin') continue;
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
