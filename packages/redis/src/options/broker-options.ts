import { type DeadLetterLimits, type Duration, escapeControls } from '@repid/core';
import { option, parseOptions } from '@repid/core/internal';
import * as v from 'valibot';
import { FAST_PATHS, type FastPath, type FastPaths } from '../commands/fast-paths.js';
import { DEFAULTS } from './defaults.js';

/** Options of both brokers. */
export interface RedisBrokerOptions {
  /**
   * The start of every key. Brokers with the same prefix, server and database share everything.
   * @default 'repid', and '{repid}' on a cluster, where it has to be a hash tag
   */
  readonly prefix?: string;
  /** How long `connect()` tries. A permanent refusal by the server ends it at once. @default '10s' */
  readonly connectTimeout?: Duration;
  /**
   * Called with what an operator should know: a missing connection, a server that has become a replica or may evict keys, a refused
   * reconnection. The same problem is reported once in ten seconds. @default a process warning
   */
  readonly onProblem?: (problem: Error) => void;
}

/** How a Redis message broker works. */
export interface RedisMessageBrokerOptions extends RedisBrokerOptions {
  /** How long a delivery is owned without being extended. All workers of a channel should agree. @default '30s' */
  readonly ownershipTime?: Duration;
  /**
   * A message delivered this often without being settled is assumed to crash its workers. It runs alone the last two times. Then it is
   * delivered once more, to be given up. With less than 3, it is delivered 3 times.
   * @default 5
   */
  readonly maxDeliveries?: number;
  /** How many dead letters a channel keeps, and for how long. @default 100,000 and 30 days */
  readonly deadLetters?: DeadLetterLimits;
  /** How long a call waits for Redis, reconnecting included, before it rejects. @default '10s' */
  readonly publishTimeout?: Duration;
}

/** How a Redis bucket broker works. */
export interface RedisBucketBrokerOptions extends RedisBrokerOptions {
  /** How long a call waits for Redis, reconnecting included, before it rejects. @default '10s' */
  readonly commandTimeout?: Duration;
}

/** The options of `redis()`: those of both brokers. */
export interface RedisBrokersOptions extends RedisMessageBrokerOptions, RedisBucketBrokerOptions {}

/** Options of a message broker, checked and complete. Durations in milliseconds. */
export type ResolvedMessageBrokerOptions = ReturnType<typeof resolveMessageBrokerOptions>;

/** @throws InvalidOptionError if one is unknown or wrong */
export function resolveMessageBrokerOptions(options: unknown, cluster: boolean) {
  const schema = v.strictObject({ ...sharedEntries(cluster), ...messageEntries });
  return parseOptions(schema, options, 'RedisMessageBroker');
}

/** @throws InvalidOptionError if one is unknown or wrong */
export function resolveBucketBrokerOptions(options: unknown, cluster: boolean) {
  const schema = v.strictObject({ ...sharedEntries(cluster), ...bucketEntries });
  return parseOptions(schema, options, 'RedisBucketBroker');
}

/** Returns the given options for each broker. @throws InvalidOptionError if one is unknown or wrong */
export function splitOptions(options: RedisBrokersOptions, cluster: boolean) {
  const schema = v.strictObject({ ...sharedEntries(cluster), ...messageEntries, ...bucketEntries });
  parseOptions(schema, options, 'redis()');
  const given = Object.entries(options);
  const without = (entries: object) => Object.fromEntries(given.filter(([name]) => !(name in entries)));
  return { message: without(bucketEntries), bucket: without(messageEntries) };
}

function sharedEntries(cluster: boolean) {
  return {
    prefix: v.optional(cluster ? hashTagged : option.nonEmptyText, cluster ? DEFAULTS.clusterPrefix : DEFAULTS.prefix),
    connectTimeout: v.optional(spanOfAtLeast(1), DEFAULTS.connectTimeout),
    onProblem: v.optional(option.callable<(problem: Error) => void>(), () => warn),
  };
}

/** Internal, for tests and measurements: which fast paths are used. All by default; `false` for none, or the names of some. */
const fastPaths = v.pipe(
  v.optional(v.union([v.boolean(), v.array(v.picklist(FAST_PATHS))]), true),
  v.transform((given): FastPaths => new Set<FastPath>(given === true ? FAST_PATHS : given || [])),
);

/** A shorter ownership would end while a message is on the wire. */
const SHORTEST_OWNERSHIP = 10;

const messageEntries = {
  ownershipTime: v.optional(spanOfAtLeast(SHORTEST_OWNERSHIP), DEFAULTS.ownershipTime),
  maxDeliveries: v.optional(option.wholeNumber(1), DEFAULTS.maxDeliveries),
  deadLetters: option.deadLetterLimits,
  publishTimeout: v.optional(spanOfAtLeast(1), DEFAULTS.publishTimeout),
  fastPaths,
};

const bucketEntries = { commandTimeout: v.optional(spanOfAtLeast(1), DEFAULTS.commandTimeout) };

/** The part of a key that decides its slot on a cluster. */
export const HASH_TAG = /\{[^}]+\}/;

const hashTagged = v.pipe(
  option.nonEmptyText,
  v.check(
    (prefix) => HASH_TAG.test(prefix),
    'expected a hash tag such as "{repid}" in it, so that all keys lie in one slot of the cluster',
  ),
);

function spanOfAtLeast(least: number) {
  return v.pipe(
    option.duration,
    v.check((span) => span >= least, `expected a duration of at least ${least} ms`),
  );
}

function warn(problem: Error): void {
  process.emitWarning(escapeControls(problem.message), { type: 'RepidWarning' });
}
