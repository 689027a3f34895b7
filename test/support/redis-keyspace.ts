import type { Redis } from 'ioredis';

const ENTRY_ID = /(?<!\d)\d{13}-\d+/g;
const LOCATION = /^([hml])(\d{13}-\d+)@(.+)$/;
const ENDINGS: Readonly<Record<string, string>> = { h: ':high', m: '', l: ':low' };

/** Times are compared to this many milliseconds. */
const TOLERANCE = 20_000;

const NUMBERED = {
  stamp: /(?<!\d)\d{20}(?!\d)/g,
  consumer: /repid-[\da-f]{8}-[\da-f-]{27}/g,
};
const TIME = /(?<!\d)1\d{12}(?!\d)/g;

/**
 * Everything in the database, by key, without what differs from run to run: entries are numbered by stream, stamps of delays and names of
 * consumers are numbered, and times are relative.
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
      return hash(redis, key);
    case 'set':
      return (await redis.smembers(key)).toSorted();
    case 'zset':
      return zset(await redis.zrange(key, '0', '-1', 'WITHSCORES'), now);
    default:
      return stream(redis, key);
  }
}

async function hash(redis: Redis, key: string): Promise<[string, string][]> {
  const fields = Object.entries(await redis.hgetallBuffer(key)).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Promise.all(fields.map(async ([name, value]) => [name, await located(redis, value.toString('latin1'))]));
}

/** The location of an entry, by its number in its stream. */
async function located(redis: Redis, value: string): Promise<string> {
  const [, letter, entry, channel] = LOCATION.exec(value) ?? [];
  if (entry === undefined) return value;
  const ids = (await redis.xrange(`repid:${channel}${ENDINGS[letter!]}`, '-', '+')).map(([id]) => id);
  return `${letter} entry ${ids.indexOf(entry)} @${channel}`;
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
  const numberOf = (id: string): number => entries.findIndex(([other]) => other === id);
  const groups = (await redis.xinfo('GROUPS', key)) as unknown[][];
  const pending = await Promise.all(
    groups.map(async (group) => {
      const all = (await redis.xpending(key, group[1] as string, '-', '+', 100)) as [string, string, number, number][];
      return [group[1], all.map(([id, consumer, , deliveries]) => [numberOf(id), consumer, deliveries])];
    }),
  );
  return { entries: entries.map(([, fields]) => fields), pending };
}

async function ttlOf(redis: Redis, key: string): Promise<string> {
  const left = await redis.pttl(key);
  return left < 0 ? 'for ever' : `for about ${Math.round(left / TOLERANCE) * TOLERANCE} ms`;
}

function fromNow(time: number, now: number): string {
  return `in about ${Math.round((time - now) / TOLERANCE) * TOLERANCE} ms`;
}

function withoutTimes(text: string, now: number): string {
  let numbered = text.replace(ENTRY_ID, 'an entry');
  for (const [name, pattern] of Object.entries(NUMBERED)) {
    const found = [...new Set(text.match(pattern))].toSorted();
    numbered = numbered.replace(pattern, (one) => `${name} ${found.indexOf(one) + 1}`);
  }
  return numbered.replace(TIME, (time) => fromNow(Number(time), now));
}
