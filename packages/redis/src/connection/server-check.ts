import { UnsupportedError } from '@repid/core';
import type { Connection } from './connection.js';
import { HASH_TAG } from '../options/broker-options.js';
import { isRefusedWith, refused } from './problems.js';
import type { ClientSource } from './source.js';

const OLDEST = [6, 2] as const;

/**
 * Checks that the server meets the requirements. If INFO is denied, it is assumed to.
 * @param prefix the start of every key
 * @throws UnsupportedError for a server older than Redis 6.2
 * @throws BrokerRefusedError if a connection to one server leads to a node of a cluster
 */
export async function checkServer(
  connection: Connection,
  { cluster, address }: ClientSource,
  prefix: string,
  onProblem: (problem: Error) => void,
): Promise<void> {
  const info = await infoOf(connection);
  if (info === undefined) return;
  const version = fieldOf(info, 'redis_version') ?? 'unknown';
  if (isTooOld(version)) {
    throw new UnsupportedError(
      `The Redis server at ${address} has version "${version}". Repid needs 6.2 or newer, or Valkey: upgrade it.`,
    );
  }
  if (fieldOf(info, 'cluster_enabled') === '1' && !cluster && !HASH_TAG.test(prefix))
    throw refused('MOVED Its keys lie on several nodes', address);
  const policy = fieldOf(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && fieldOf(info, 'maxmemory') !== '0')
    onProblem(
      new UnsupportedError(
        `The Redis server has maxmemory-policy "${policy}": when memory runs short it drops messages. Set it to "noeviction".`,
      ),
    );
}

/** Undefined if it is denied. */
function infoOf(connection: Connection): Promise<string | undefined> {
  return connection
    .sendAgain((client) => client.info())
    .catch((problem: unknown) => {
      if (isRefusedWith(problem, 'NOPERM')) return undefined;
      throw problem;
    });
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/** True for versions before 6.2. A version that cannot be read is accepted. */
export function isTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return false;
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
