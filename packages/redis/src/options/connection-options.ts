import type { RedisOptions } from 'ioredis';
import { InvalidOptionError } from '@repid/core';

/** Options of ioredis 5 and 6. */
const KNOWN = new Set(
  [
    'host port path family username password db tls connectionName keepAlive noDelay connectTimeout disconnectTimeout',
    'sentinels name role sentinelUsername sentinelPassword sentinelTLS enableTLSForSentinelMode sentinelRetryStrategy',
    'sentinelReconnectStrategy sentinelCommandTimeout sentinelMaxConnections preferredSlaves updateSentinels failoverDetector',
    'natMap Connector retryStrategy reconnectOnError commandTimeout blockingTimeout blockingTimeoutGrace socketTimeout',
    'maxRetriesPerRequest maxLoadingRetryTime enableOfflineQueue offlineQueue commandQueue enableReadyCheck lazyConnect',
    'autoResubscribe autoResendUnfulfilledCommands enableAutoPipelining autoPipeliningIgnoredCommands readOnly monitor',
    'stringNumbers protocol replyMapping disableClientInfo clientInfoTag showFriendlyErrorStack scripts keyPrefix',
    'himportFieldsets',
  ]
    .join(' ')
    .split(' '),
);

const USE_URL = 'Give the URL itself in place of the object.';
const USE_CLUSTER = 'Give an instance of Cluster of ioredis.';

/** Remedies for names that ioredis does not know. */
const REMEDIES: Readonly<Record<string, string>> = {
  url: USE_URL,
  uri: USE_URL,
  connectionString: USE_URL,
  redis: 'Give what is in it.',
  connection: 'Give what is in it.',
  socket: 'Give "host" and "port", or "path", beside the other options.',
  hostname: 'It is called "host".',
  server: 'It is called "host".',
  user: 'It is called "username".',
  pass: 'It is called "password".',
  auth: 'It is called "password".',
  database: 'It is called "db".',
  ssl: 'It is called "tls".',
  prefix: 'It belongs to the options of the broker, the second argument.',
  nodes: USE_CLUSTER,
  cluster: USE_CLUSTER,
  redisOptions: USE_CLUSTER,
};

/**
 * Checks the options of ioredis whose mistakes would lead to another server or database without an error.
 * @throws InvalidOptionError that names the option, and no value that may be secret
 */
export function checkedOptions(given: object): RedisOptions {
  for (const name of Object.keys(given)) refuseUnknown(name);
  const options = given as RedisOptions;
  const { host, port, db } = options;
  if (host !== undefined) checkHost(host);
  if (port !== undefined && !isPort(port))
    refuseConnection(`has the port "${String(port)}"`, 'Expected a number from 1 to 65535.');
  return { ...options, db: databaseOf(db) };
}

function refuseUnknown(name: string): void {
  if (KNOWN.has(name)) return;
  const remedy =
    REMEDIES[name] ?? 'Options of ioredis are expected; give an instance of it for what is not known here.';
  refuseConnection(`has no option "${name}"`, remedy);
}

function checkHost(host: unknown): void {
  if (typeof host !== 'string' || host === '')
    refuseConnection('has a "host" that is no text, or empty', 'Is a variable of the environment missing?');
  if (host.includes('/'))
    refuseConnection('has a "host" that is more than a host', 'Give a URL in place of the object.');
}

function isPort(port: unknown): boolean {
  const number = numberIn(port);
  return Number.isInteger(number) && (number as number) >= 1 && (number as number) <= 65_535;
}

/**
 * The number of a database, 0 if none is given.
 *
 * @throws InvalidOptionError for anything else than a whole number: ioredis takes it for 0
 */
export function databaseOf(given: unknown): number {
  if (given === undefined || given === null) return 0;
  const number = numberIn(given);
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
  return refuseConnection(`names the database "${String(given)}"`, 'Expected its number: 0, 1, 2 and so on.');
}

/** Digits count as their number. */
function numberIn(given: unknown): unknown {
  return typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
}

/**
 * Refuses a connection option. Neither text may hold a user name or a password.
 * @throws InvalidOptionError
 */
export function refuseConnection(fact: string, remedy: string): never {
  throw new InvalidOptionError(`The Redis connection ${fact}. ${remedy}`);
}
