import type { Redis } from 'ioredis';
import { AUDIT, POISON } from './workloads/workload.js';

/** Interval between two checks for progress, in milliseconds. */
const POLL_INTERVAL = 200;

/** Time without progress after which unfinished jobs count as lost, in milliseconds. */
const STALL_TIMEOUT = 40_000;

/** Waits until all channels are empty, there is no progress, or `limit` milliseconds have passed. */
export async function waitUntilDrained(redis: Redis, channels: readonly string[], limit: number): Promise<void> {
  const end = performance.now() + limit;
  let [lastState, changedAt] = ['', performance.now()];
  while (performance.now() < end) {
    const remaining = await countRemaining(redis, channels);
    if (remaining === 0) return;
    const state = `${remaining} ${await redis.xlen(`repid:${AUDIT}`)}`;
    if (state !== lastState) [lastState, changedAt] = [state, performance.now()];
    if (performance.now() - changedAt > STALL_TIMEOUT) return;
    await new Promise((resolve) => void setTimeout(resolve, POLL_INTERVAL));
  }
}

/** Counts messages and known jobs. */
async function countRemaining(redis: Redis, channels: readonly string[]): Promise<number> {
  const counts = channels.map(async (channel) => {
    const stream = `repid:${channel}`;
    return (
      (await redis.xlen(stream)) + (await redis.zcard(`${stream}:delayed`)) + (await redis.zcard(`${stream}:waiting`))
    );
  });
  const all = await Promise.all([...counts, redis.hlen('repid::jobs')]);
  return all.reduce((sum, count) => sum + count);
}

/** Returns descriptions of the keys in Redis that must not exist after the last job has ended. */
export async function findLeftovers(redis: Redis, channels: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys('repid:*')) {
    const problem = await problemOf(redis, key, channels);
    if (problem !== undefined) found.push(problem);
  }
  return found;
}

async function problemOf(redis: Redis, key: string, channels: readonly string[]): Promise<string | undefined> {
  if (EXPECTED_KEYS.has(key) || channels.some((name) => key === `repid:${name}:consumers`)) return undefined;
  const channel = channels.find((name) => key === `repid:${name}`);
  if (channel !== undefined) return problemOfStream(redis, key);
  if (isKeptByDeadLetter(key)) return undefined;
  if ((await redis.pttl(key)) < 0) return `${key}, without a time to live`;
  // Results and their arguments expire.
  return (await isOrphaned(redis, key)) ? `${key}, arguments of a job that no longer exists` : undefined;
}

/** Unnamed arguments must be deleted with their job. Those of a skipped job stay until its result expires, for a replay. */
async function isOrphaned(redis: Redis, key: string): Promise<boolean> {
  const [, id] = /^repid:bucket:(.*)#/.exec(key) ?? [];
  if (id === undefined) return false;
  const result = await redis.get(`repid:bucket:${id}`);
  return !result?.includes('"skipped":true');
}

async function problemOfStream(redis: Redis, stream: string): Promise<string | undefined> {
  const [pending] = (await redis.xpending(stream, `${stream}:group`).catch(() => [0])) as [number];
  const entries = await redis.xlen(stream);
  return entries + pending === 0 ? undefined : `${entries} messages on ${stream}, ${pending} of them in flight`;
}

const EXPECTED_KEYS = new Set(['repid::channels', `repid:${AUDIT}`, `repid:${POISON}:dlq`]);

/** A dead letter keeps its arguments for a replay. */
function isKeptByDeadLetter(key: string): boolean {
  return /^repid:bucket:poison\d+#/.test(key);
}
