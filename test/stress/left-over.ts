import type { Redis } from 'ioredis';
import { AUDIT, RISKY } from './workloads/workload.js';

/** How often to look whether something moves, in milliseconds. */
const LOOK_EVERY = 200;

/** How long nothing may move before what is not there counts as lost, in milliseconds. */
const PATIENCE = 40_000;

/** Waits until no channel holds anything that is yet to be run, or nothing moves any more. Rejects at the limit. */
export async function untilDrained(redis: Redis, channels: readonly string[], limit: number): Promise<void> {
  const end = performance.now() + limit;
  let [last, since] = ['', performance.now()];
  while (performance.now() < end) {
    const held = await heldBy(redis, channels);
    if (held === 0) return;
    const state = `${held} ${await redis.xlen(`repid:${AUDIT}`)}`;
    if (state !== last) [last, since] = [state, performance.now()];
    if (performance.now() - since > PATIENCE) return;
    await new Promise((resolve) => void setTimeout(resolve, LOOK_EVERY));
  }
}

async function heldBy(redis: Redis, channels: readonly string[]): Promise<number> {
  const counts = channels.map(async (channel) => {
    const stream = `repid:${channel}`;
    return (
      (await redis.xlen(stream)) + (await redis.zcard(`${stream}:delayed`)) + (await redis.zcard(`${stream}:waiting`))
    );
  });
  const held = await Promise.all([...counts, redis.hlen('repid::jobs')]);
  return held.reduce((sum, count) => sum + count);
}

/** What is left in Redis that should not be there when all has ended. */
export async function leftOvers(redis: Redis, channels: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of await redis.keys('repid:*')) {
    const problem = await problemOf(redis, key, channels);
    if (problem !== undefined) found.push(problem);
  }
  return found;
}

async function problemOf(redis: Redis, key: string, channels: readonly string[]): Promise<string | undefined> {
  if (MAY_STAY.has(key) || channels.some((name) => key === `repid:${name}:consumers`)) return undefined;
  const channel = channels.find((name) => key === `repid:${name}`);
  if (channel !== undefined) return problemOfStream(redis, key);
  if (isKeptByDeadLetter(key)) return undefined;
  if ((await redis.pttl(key)) < 0) return `${key}, which never expires`;
  // Results, and what goes with them, stay for their time.
  return (await isForNobody(redis, key)) ? `${key}, arguments of a job that is not there any more` : undefined;
}

/** Arguments that nobody has named go with their job; those of one that was skipped, with its result, so that it may be brought back. */
async function isForNobody(redis: Redis, key: string): Promise<boolean> {
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

const MAY_STAY = new Set(['repid::channels', `repid:${AUDIT}`, `repid:${RISKY}:dlq`]);

/** It may be replayed, on the arguments that it had. */
function isKeptByDeadLetter(key: string): boolean {
  return /^repid:bucket:poison\d+#/.test(key);
}
