import { UnsupportedError } from '@repid/core';
import type { Connection } from './connection.js';
import { isRefusedWith, refused } from './problems.js';

const OLDEST = [6, 2] as const;

/** The requirements of a server. */
export interface ServerNeeds {
  /** How every key begins. */
  readonly prefix: string;
  /** True where it must be a node of a cluster. */
  readonly cluster: boolean;
  /** Host and port, for errors. */
  readonly place: string;
  readonly onProblem: (problem: Error) => void;
}

/**
 * Checks that the server meets the requirements. Where INFO is denied, it is assumed to.
 * @throws UnsupportedError for a server older than Redis 6.2
 * @throws BrokerRefusedError for a node of a cluster that a connection to one server leads to
 */
export async function checkServer(connection: Connection, needs: ServerNeeds): Promise<void> {
  const info = await infoOf(connection);
  if (info === undefined) return;
  const version = fieldOf(info, 'redis_version') ?? 'unknown';
  if (isTooOld(version)) {
    throw new UnsupportedError(
      `The Redis server at ${needs.place} has version "${version}". Repid needs 6.2 or newer, or Valkey: upgrade it.`,
    );
  }
  if (fieldOf(info, 'cluster_enabled') === '1' && !needs.cluster && !/\{[^}]+\}/.test(needs.prefix))
    throw refused('MOVED Its keys lie on several nodes', needs.place);
  const policy = fieldOf(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction' && fieldOf(info, 'maxmemory') !== '0')
    needs.onProblem(mayEvict(policy));
}

async function infoOf(connection: Connection): Promise<string | undefined> {
  try {
    return await connection.sendAgain((client) => client.info());
  } catch (problem) {
    if (isRefusedWith(problem, 'NOPERM')) return undefined;
    throw problem;
  }
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

function mayEvict(policy: string): Error {
  return new UnsupportedError(
    `The Redis server has maxmemory-policy "${policy}": when memory runs short it drops messages. Set it to "noeviction".`,
  );
}
