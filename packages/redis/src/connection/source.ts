import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { type CheckedConnection, type GivenInstance, checkConnection } from '../options/check-connection.js';
import { holdPromises } from './hold-promises.js';
import { retryStrategyFor } from './retry-strategy.js';

export type { GivenInstance };

/** Where Redis is: a URL, options of ioredis, or an instance, which is duplicated and never used or closed. */
export type RedisConnection = string | RedisOptions | GivenInstance;

/** A connection of ours. */
export type Client = Redis | Cluster;

/**
 * Options that override the given ones. We wait for reconnection, select the database and subscribe ourselves, and decide for each command
 * whether it may be sent twice. So ioredis must send nothing by itself: its promises would be unhandled.
 */
const OURS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  socketTimeout: undefined,
  reconnectOnError: null,
  readOnly: false,
  stringNumbers: false,
  protocol: 2,
  disableClientInfo: true,
  monitor: false,
  db: 0,
} as const;

/** A cluster must not send commands again when a node is lost: they may have been carried out. */
const OURS_ON_A_CLUSTER = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  enableReadyCheck: false,
  retryDelayOnFailover: 0,
  scaleReads: 'master',
} as const;

const NODES_ONLY = ['lazyConnect', 'enableOfflineQueue', 'enableAutoPipelining', 'maxRetriesPerRequest'] as const;

/** Makes connections to one server or cluster. */
export class ClientSource {
  readonly cluster: boolean;
  /** The number of the database. */
  readonly database: number;
  /** Host and port, for people: without user name and password. */
  readonly address: string;
  private readonly checked: CheckedConnection;

  /** @throws InvalidOptionError if it would lead somewhere else than it says, or nowhere */
  constructor(given: RedisConnection) {
    this.checked = checkConnection(given);
    this.cluster = this.checked.type === 'cluster';
    this.database = this.checked.database;
    this.address = this.checked.address;
  }

  /** True if both were given the same address. */
  isAlike(other: ClientSource): boolean {
    return this.checked.identity !== undefined && this.checked.identity === other.checked.identity;
  }

  /** A connection that is not open yet. `name` is what `CLIENT LIST` shows. */
  make(name: string): Client {
    const { checked } = this;
    if (checked.type === 'cluster')
      return holdPromises(checked.instance.duplicate([], clusterOptions(checked.instance, name)));
    const options = { ...OURS, ...optionsThatDepend(checked.options), connectionName: name };
    if (checked.type === 'options') return new Redis({ ...checked.options, ...options });
    return checked.instance.duplicate(options);
  }
}

/** Sentinels may name the wrong server, so their check is needed. Elsewhere it would add nothing to ours, and it needs INFO. */
function optionsThatDepend({ sentinels, retryStrategy }: RedisOptions) {
  return { enableReadyCheck: Boolean(sentinels), retryStrategy: retryStrategyFor(retryStrategy) };
}

function clusterOptions(given: Cluster, name: string) {
  const nodes: Record<string, unknown> = {
    ...given.options.redisOptions,
    ...OURS,
    enableReadyCheck: false,
    connectionName: name,
  };
  for (const option of NODES_ONLY) delete nodes[option];
  return { ...OURS_ON_A_CLUSTER, redisOptions: nodes };
}
