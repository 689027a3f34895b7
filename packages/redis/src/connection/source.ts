import { InvalidOptionError } from '@repid/core';
import { type Cluster, Redis, type RedisOptions } from 'ioredis';

/** An instance of ioredis, of version 5 or 6: what is needed of it. */
export interface GivenInstance {
  readonly options: object;
  duplicate(...overrides: never[]): unknown;
}

/** Where Redis is: a URL, options of ioredis, or an instance, which is duplicated and never used or closed itself. */
export type RedisConnection = string | RedisOptions | GivenInstance;

/** A connection of ours. */
export type Client = Redis | Cluster;

/**
 * What our connections need, whatever else is asked for. We wait for reconnection ourselves, and decide for each command
 * whether it may be sent twice; so nothing is queued or sent again behind our back.
 */
const OURS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  socketTimeout: undefined,
  readOnly: false,
  stringNumbers: false,
  autoResubscribe: true,
  protocol: 2,
  // After a failover the old master refuses writes; the new one is found by connecting again.
  reconnectOnError: (problem: Error) => problem.message.startsWith('READONLY'),
} as const;

const NODES_ONLY = ['lazyConnect', 'enableOfflineQueue', 'enableAutoPipelining', 'maxRetriesPerRequest'] as const;

/** Makes connections to one place. */
export class ClientSource {
  readonly cluster: boolean;

  /** @throws InvalidOptionError when it is none of these, or has a `keyPrefix` */
  constructor(private readonly given: RedisConnection) {
    checkConnection(given);
    this.cluster = isInstance(given) && (given as { isCluster?: unknown }).isCluster === true;
  }

  /** A connection that is not open yet. `name` is what `CLIENT LIST` shows. */
  make(name: string): Client {
    const overrides = { ...OURS, connectionName: name };
    if (typeof this.given === 'string') return new Redis(this.given, overrides);
    if (!isInstance(this.given)) return new Redis({ ...this.given, ...overrides });
    if (this.cluster) return (this.given as unknown as Cluster).duplicate([], clusterOverrides(this.given, overrides));
    return (this.given as unknown as Redis).duplicate(overrides);
  }
}

function clusterOverrides(given: GivenInstance, overrides: typeof OURS & { connectionName: string }) {
  const nodes: Record<string, unknown> = { ...(given.options as { redisOptions?: object }).redisOptions, ...overrides };
  for (const name of NODES_ONLY) delete nodes[name];
  return { lazyConnect: true, enableOfflineQueue: false, enableAutoPipelining: false, redisOptions: nodes };
}

function isInstance(given: RedisConnection): given is GivenInstance {
  return typeof given === 'object' && typeof (given as Partial<GivenInstance>).duplicate === 'function';
}

function checkConnection(given: unknown): asserts given is RedisConnection {
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
    throw new InvalidOptionError(
      `The Redis connection is ${JSON.stringify(given)}. Give a URL such as "redis://localhost:6379", options of ioredis, or an instance of it.`,
    );
  }
  const keyPrefix = keyPrefixOf(given);
  if (keyPrefix) {
    throw new InvalidOptionError(
      `The Redis connection has the keyPrefix "${keyPrefix}", which scripts can't follow. Give the broker the option "prefix" instead.`,
    );
  }
}

function keyPrefixOf(given: string | object): unknown {
  if (typeof given === 'string') return undefined;
  const options = (isInstance(given as RedisConnection) ? (given as GivenInstance).options : given) as {
    keyPrefix?: unknown;
    redisOptions?: { keyPrefix?: unknown };
  };
  return options.keyPrefix || options.redisOptions?.keyPrefix;
}
