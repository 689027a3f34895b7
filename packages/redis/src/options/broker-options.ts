import type { Duration } from '@repid/core';
import { callable, checkOptions, duration, nonEmptyText, wholeNumber } from './check.js';
import { DEFAULTS } from './defaults.js';

/** What both brokers take. */
export interface RedisBrokerOptions {
  /**
   * How every key begins. Brokers with the same prefix, server and database share everything.
   * @default 'repid', and '{repid}' on a cluster, where it has to be a hash tag
   */
  readonly prefix?: string;
  /** How long `connect()` tries. @default '10s' */
  readonly connectTimeout?: Duration;
  /** Told of what an operator should know: a server that may evict keys. @default a process warning */
  readonly onProblem?: (problem: Error) => void;
}

/** How a Redis message broker works. */
export interface RedisMessageBrokerOptions extends RedisBrokerOptions {
  /** How long a delivery is owned without being extended. All workers of a channel should agree. @default '30s' */
  readonly ownershipTime?: Duration;
  /** After so many deliveries without a settlement a message goes to the dead letters. @default 5 */
  readonly maxDeliveries?: number;
  /** How long a call waits for Redis, reconnecting included, before it rejects. @default '10s' */
  readonly publishTimeout?: Duration;
}

/** How a Redis bucket broker works. */
export interface RedisBucketBrokerOptions extends RedisBrokerOptions {
  /** How long a call waits for Redis, reconnecting included, before it rejects. @default '10s' */
  readonly commandTimeout?: Duration;
}

/** Options of a message broker, checked and complete; spans in milliseconds. */
export interface ResolvedMessageBrokerOptions {
  readonly prefix: string;
  readonly connectTimeout: number;
  readonly onProblem: (problem: Error) => void;
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  readonly publishTimeout: number;
}

/** Options of a bucket broker, checked and complete; spans in milliseconds. */
export interface ResolvedBucketBrokerOptions {
  readonly prefix: string;
  readonly connectTimeout: number;
  readonly onProblem: (problem: Error) => void;
  readonly commandTimeout: number;
}

const warn = (problem: Error): void => process.emitWarning(problem.message, { type: 'RepidWarning' });

const CHECKS = {
  prefix: nonEmptyText,
  connectTimeout: duration(1),
  onProblem: callable<(problem: Error) => void>,
};

/** @throws InvalidOptionError where one is unknown or wrong */
export function resolveMessageBrokerOptions(options: unknown, cluster: boolean): ResolvedMessageBrokerOptions {
  return checkOptions<ResolvedMessageBrokerOptions>(
    { ...CHECKS, ownershipTime: duration(10), maxDeliveries: wholeNumber(1), publishTimeout: duration(1) },
    options,
    {
      ...shared(cluster),
      ownershipTime: DEFAULTS.ownershipTime,
      maxDeliveries: DEFAULTS.maxDeliveries,
      publishTimeout: DEFAULTS.publishTimeout,
    },
    'RedisMessageBroker',
  );
}

/** @throws InvalidOptionError where one is unknown or wrong */
export function resolveBucketBrokerOptions(options: unknown, cluster: boolean): ResolvedBucketBrokerOptions {
  return checkOptions<ResolvedBucketBrokerOptions>(
    { ...CHECKS, commandTimeout: duration(1) },
    options,
    { ...shared(cluster), commandTimeout: DEFAULTS.commandTimeout },
    'RedisBucketBroker',
  );
}

function shared(cluster: boolean) {
  const { connectTimeout, prefix, clusterPrefix } = DEFAULTS;
  return { prefix: cluster ? clusterPrefix : prefix, connectTimeout, onProblem: warn };
}
