import { UnsupportedError } from '@repid/core';
import type { Connection } from './connection.js';

const OLDEST = [6, 2] as const;

/**
 * Looks whether the server can do what is needed of it.
 *
 * @throws UnsupportedError for a server older than Redis 6.2
 */
export async function checkServer(connection: Connection, onProblem: (problem: Error) => void): Promise<void> {
  const info = await connection.send((client) => client.info());
  const version = fieldOf(info, 'redis_version') ?? 'unknown';
  if (isTooOld(version)) {
    throw new UnsupportedError(
      `The Redis server has version "${version}". Repid needs 6.2 or newer, or Valkey: upgrade it.`,
    );
  }
  const policy = fieldOf(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && fieldOf(info, 'maxmemory') !== '0')
    onProblem(mayEvict(policy));
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/** True for versions before 6.2; what can't be read is given the benefit of the doubt. */
export function isTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return false;
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function mayEvict(policy: string): Error {
  return new UnsupportedError(
    `The Redis server has maxmemory-policy "${policy}": when memory runs short it drops messages. Set it to "noeviction".`,
  );
}
