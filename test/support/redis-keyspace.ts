import type { Redis } from 'ioredis';

/** Times are compared to this many milliseconds. */
const TOLERANCE = 20_000;

const NUMBERED = {
  entry: /(?<!\d)\d{13}-\d+/g,
  stamp: /(?<!\d)\d{20}(?!\d)/g,
  consumer: /repid-[\da-f]{8}-[\da-f-]{27}/g,
};
const TIME = /(?<!\d)1\d{12}(?!\d)/g;

/**
 * Everything that lies in the database, by key, without what differs from run to run: ids of entries, stamps of delays and names of
 * consumers are numbered, times are told as how far they are from now.
 */
export async function keyspaceOf(redis: Redis): Promise<Record<string, unknown>> {
  const now = Date.now();
  const keys = (await redis.keys('*')).toSorted();
  const found = await Promise.all(
    keys.map(async (key) => [key, [await contentsOf(redis, key, now), await ttlOf(redis, key)]]),
  );
  return JSON.parse(withoutTimes(JSON.stringify(Object.fromEntries(found)), now)) as Record<string, unknown>;
}

async function contentsOf(redis: Redis, key: string, now: number): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return sortedHash(await redis.hgetallBuffer(key));
    case 'set':
      return (await redis.smembers(key)).toSorted();
    case 'zset':
      return zset(await redis.zrange(key, '0', '-1', 'WITHSCORES'), now);
    default:
      return stream(redis, key);
  }
}

function sortedHash(hash: Record<string, Buffer>): [string, string][] {
  return Object.entries(hash)
    .map(([name, value]): [string, string] => [name, value.toString('latin1')])
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function zset(values: readonly string[], now: number): unknown[] {
  const members = Array.from({ length: values.length / 2 }, (_, n) => [
    values[2 * n]!,
    fromNow(Number(values[2 * n + 1]), now),
  ]);
  return members.toSorted();
}

async function stream(redis: Redis, key: string): Promise<unknown> {
  const entries = await redis.xrange(key, '-', '+');
  const groups = (await redis.xinfo('GROUPS', key)) as unknown[][];
  const pending = await Promise.all(
    groups.map(async (group) => {
      const all = (await redis.xpending(key, group[1] as string, '-', '+', 100)) as [string, string, number, number][];
      return [group[1], all.map(([entry, consumer, , deliveries]) => [entry, consumer, deliveries])];
    }),
  );
  return { entries, pending };
}

async function ttlOf(redis: Redis, key: string): Promise<string> {
  const left = await redis.pttl(key);
  return left < 0 ? 'for ever' : `for about ${Math.round(left / TOLERANCE) * TOLERANCE} ms`;
}

function fromNow(time: number, now: number): string {
  return `in about ${Math.round((time - now) / TOLERANCE) * TOLERANCE} ms`;
}

function withoutTimes(text: string, now: number): string {
  let numbered = text;
  for (const [name, pattern] of Object.entries(NUMBERED)) {
    const found = [...new Set(text.match(pattern))].toSorted();
    numbered = numbered.replace(pattern, (one) => `${name} ${found.indexOf(one) + 1}`);
  }
  return numbered.replace(TIME, (time) => fromNow(Number(time), now));
}
