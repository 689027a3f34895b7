import type { Redis } from 'ioredis';
import type { ExpectedBuckets } from './world.js';

/** Returns the keys that should not exist in Redis, and those that should but do not. */
export async function leftoversIn(
  redis: Redis,
  prefix: string,
  channels: readonly string[],
  expected: ExpectedBuckets,
): Promise<string[]> {
  const start = `${prefix}:bucket:`;
  const keys = await redis.keys(`${prefix}:*`);
  const buckets = keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  const others = keys.filter((key) => !key.startsWith(start)).map((key) => key.slice(prefix.length + 1));
  const found = await Promise.all(others.map((key) => findingOf(key, redis, prefix, channels)));
  return [...found, ...(await findingsInBuckets(buckets, redis, start, expected))].filter(
    (finding) => finding !== undefined,
  );
}

/** Keys that expire: skipped jobs that a replay can revive, waiting clients, and registered consumers. */
const PASSING = /^:skipped:|^:skipped-for:|^:clients|:consumers$/;

async function findingOf(
  key: string,
  redis: Redis,
  prefix: string,
  channels: readonly string[],
): Promise<string | undefined> {
  const full = `${prefix}:${key}`;
  if (key === ':channels' || channels.some((channel) => key === `${channel}:dlq`)) return undefined;
  const channel = channels.find((name) => key === name || key === `${name}:high` || key === `${name}:low`);
  if (channel !== undefined) return findingInStream(full, redis, `${prefix}:${channel}:group`);
  if (!PASSING.test(key)) return `${key} is left`;
  return (await redis.pttl(full)) > 0 ? undefined : `${key} never expires`;
}

async function findingInStream(stream: string, redis: Redis, group: string): Promise<string | undefined> {
  const entries = await redis.xlen(stream);
  const [pending] = (await redis.xpending(stream, group)) as [number];
  return entries + pending === 0 ? undefined : `${stream} has ${entries} entries, ${pending} of them in flight`;
}

async function findingsInBuckets(
  ids: readonly string[],
  redis: Redis,
  start: string,
  { results, named, own }: ExpectedBuckets,
): Promise<string[]> {
  const lasting = await Promise.all(ids.map(async (id) => ((await redis.pttl(`${start}${id}`)) < 0 ? id : undefined)));
  const found = new Set(ids);
  const unnamed = ids.filter((id) => !results.has(id) && !named.has(id));
  return [
    ...[...results, ...named].filter((id) => !found.has(id)).map((id) => `bucket ${id} is gone`),
    ...[...results].filter((id) => lasting.includes(id)).map((id) => `bucket ${id} never expires`),
    ...[...named].filter((id) => found.has(id) && !lasting.includes(id)).map((id) => `bucket ${id} expires`),
    ...findingsInOwn(unnamed, own),
  ];
}

/** The id of a job's own arguments bucket is the job id, `#` and a suffix. */
function findingsInOwn(ids: readonly string[], own: ExpectedBuckets['own']): string[] {
  const left = ids.map((id) => id.slice(0, Math.max(0, id.lastIndexOf('#'))));
  const jobs = new Set([...left, ...own.keys()]);
  return [...jobs].flatMap((job) => {
    const count = left.filter((id) => id === job).length;
    return count === (own.get(job) ?? 0) ? [] : [`${count} arguments buckets of "${job}" are left of ${own.get(job)}`];
  });
}
