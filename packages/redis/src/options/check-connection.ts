import type { Cluster, ClusterNode, Redis, RedisOptions } from 'ioredis';
import { type Address, addressOf, clusterAddress } from './address.js';
import { checkedOptions, databaseOf, refuseConnection } from './connection-options.js';
import { optionsFromUrl } from './connection-url.js';

/** The part of an ioredis instance, of version 5 or 6, that is used. */
export interface GivenInstance {
  readonly options: object;
  duplicate(...overrides: never[]): unknown;
}

interface Checked extends Address {
  /** The number of the database. */
  readonly database: number;
}

/** Where Redis is, checked. */
export type CheckedConnection =
  | (Checked & { readonly type: 'options'; readonly options: RedisOptions })
  | (Checked & { readonly type: 'instance'; readonly options: RedisOptions; readonly instance: Redis })
  | (Checked & { readonly type: 'cluster'; readonly instance: Cluster });

/** @throws InvalidOptionError if it is not a URL, options or an instance, or would lead somewhere else than it says */
export function checkConnection(given: unknown): CheckedConnection {
  if (typeof given === 'string') return withAddress(optionsFromUrl(given));
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuseConnection(`is ${Array.isArray(given) ? 'an array' : String(given)}`, GIVE_ONE);
  if (typeof (given as Partial<GivenInstance>).duplicate !== 'function') {
    refuseKeyPrefix(given);
    return withAddress(checkedOptions(given));
  }
  if (typeof (given as { status?: unknown }).status !== 'string')
    return refuseConnection('is an instance of something else than ioredis', GIVE_ONE);
  return checkInstance(given as GivenInstance);
}

const GIVE_ONE = 'Give a URL such as "redis://localhost:6379", options of ioredis, or an instance of it.';

function withAddress(options: RedisOptions): CheckedConnection {
  return { type: 'options', options, database: databaseOf(options.db), ...addressOf(options) };
}

function checkInstance(given: GivenInstance): CheckedConnection {
  refuseKeyPrefix(given.options);
  if ((given as { isCluster?: unknown }).isCluster === true) return checkCluster(given as unknown as Cluster);
  const options = given.options as RedisOptions;
  const instance = given as unknown as Redis;
  return { type: 'instance', instance, options, database: databaseOf(options.db), ...addressOf(options) };
}

function checkCluster(instance: Cluster): CheckedConnection {
  const { redisOptions = {} } = instance.options;
  refuseKeyPrefix(redisOptions);
  if (databaseOf((redisOptions as RedisOptions).db) !== 0)
    return refuseConnection('names a database of a cluster, which has only 0', 'Leave "db" out.');
  const { startupNodes = [] } = instance as unknown as { startupNodes?: readonly ClusterNode[] };
  return { type: 'cluster', instance, database: 0, ...clusterAddress(startupNodes) };
}

function refuseKeyPrefix(options: object): void {
  const { keyPrefix } = options as { keyPrefix?: unknown };
  if (!keyPrefix) return;
  refuseConnection(
    `has the keyPrefix "${String(keyPrefix)}", which scripts can't follow`,
    'Give the broker the option "prefix" instead.',
  );
}
