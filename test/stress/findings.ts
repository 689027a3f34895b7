import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { StressOptions } from './options.js';
import type { RedisServer } from './redis.js';
import { AUDIT, CHANNEL, expectedResults } from './work.js';

/** What is found when everything is over. */
export interface Findings {
  /** Jobs whose settlement was committed. */
  readonly done: number;
  /** Runs that came to nothing: their worker was killed, or they failed. */
  readonly runsRepeated: number;
  /** Chains and fan-ins of which a job did not end, or left no result. */
  readonly lost: number;
  /** Jobs whose settlement was committed more than once: they were published twice. */
  readonly twice: number;
  /** Results that are not what they should be. */
  readonly wrong: number;
  /** What is left in Redis that should not be there. */
  readonly leftOver: readonly string[];
}

const LOOK_EVERY = 100;
/** How long nothing may move before what is not there counts as lost, in milliseconds. */
const PATIENCE = 20_000;

/** Waits until all that is to be done is done, or nothing moves any more. */
export async function untilDone(redis: Redis, expected: number): Promise<void> {
  let [last, since] = [-1, Date.now()];
  for (;;) {
    const [settled, queued] = [await redis.xlen(`repid:${AUDIT}`), await redis.xlen(`repid:${CHANNEL}`)];
    if (settled >= expected && queued === 0 && (await redis.exists(`repid:${CHANNEL}:delayed`)) === 0) return;
    if (settled !== last) [last, since] = [settled, Date.now()];
    if (Date.now() - since > PATIENCE) return;
    await sleep(LOOK_EVERY);
  }
}

/** Looks past Repid: into Redis itself, and into what the actors have written beside it. */
export async function look(server: RedisServer, options: StressOptions, witness: string): Promise<Findings> {
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  try {
    const expected = expectedResults(options);
    await untilDone(redis, expected.size);
    const settled = await settledJobs(redis);
    const runs = readFileSync(witness, 'utf8').trimEnd().split('\n');
    const results = await readResults(redis, [...expected.keys()]);
    const missing = [...expected.keys()].filter((name) => !settled.has(name) || results.get(name) === undefined);
    const wrong = [...expected].filter(([name, value]) => isWrong(results.get(name), value));
    const total = [...settled.values()].reduce((sum, times) => sum + times, 0);
    return {
      done: settled.size,
      runsRepeated: runs.length - total,
      lost: new Set(missing.map((name) => name.split('.')[0])).size,
      twice: [...settled.values()].filter((times) => times > 1).length,
      wrong: wrong.length,
      leftOver: await leftOvers(redis),
    };
  } finally {
    redis.disconnect();
  }
}

/** How many times a settlement of each job was committed. */
async function settledJobs(redis: Redis): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const [, fields] of await redis.xrange(`repid:${AUDIT}`, '-', '+')) {
    const payload = fields[fields.indexOf('payload') + 1]!;
    const { name } = JSON.parse(payload) as { name: string };
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
}

interface Bucket {
  readonly success: boolean;
  readonly data: unknown;
}

async function readResults(redis: Redis, names: readonly string[]): Promise<Map<string, Bucket | undefined>> {
  const bodies = await redis.mget(names.map((name) => `repid:bucket:${name}`));
  return new Map(names.map((name, n) => [name, bodies[n] ? (JSON.parse(bodies[n]) as Bucket) : undefined]));
}

function isWrong(bucket: Bucket | undefined, expected: unknown): boolean {
  if (bucket === undefined) return false;
  return !bucket.success || JSON.stringify(bucket.data) !== JSON.stringify(expected);
}

async function leftOvers(redis: Redis): Promise<string[]> {
  const keys = await redis.keys('repid:*');
  const stream = `repid:${CHANNEL}`;
  // Who was killed is listed among the consumers until that expires.
  const mayStay = new Set(['repid::channels', stream, `${stream}:consumers`, `repid:${AUDIT}`]);
  const found = keys.filter((key) => !mayStay.has(key) && !key.startsWith('repid:bucket:'));
  const queued = await redis.xlen(stream);
  return queued === 0 ? found : [...found, `${queued} messages on ${stream}`];
}
