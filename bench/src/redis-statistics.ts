import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';

/** Interval of the check for open connections, in milliseconds. */
const POLL_INTERVAL = 20;

/** Returns the CPU seconds of the server so far, in user and kernel. */
export async function redisCpuSeconds(redis: Redis): Promise<number> {
  const { used_cpu_user: user, used_cpu_sys: system } = await infoOf(redis, 'cpu');
  return Number(user) + Number(system);
}

/** Returns the bytes that Redis has allocated. Waits until no other client is connected, since connections have buffers. */
export async function redisMemory(redis: Redis): Promise<number> {
  while (Number((await infoOf(redis, 'clients'))['connected_clients']) > 1) await sleep(POLL_INTERVAL);
  return Number((await infoOf(redis, 'memory'))['used_memory']);
}

export async function redisVersion(redis: Redis): Promise<string> {
  return (await infoOf(redis, 'server'))['redis_version'] ?? 'unknown';
}

async function infoOf(redis: Redis, section: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await redis.info(section)).split('\r\n');
  return Object.fromEntries(lines.map((line) => line.split(':'))) as Record<string, string>;
}
