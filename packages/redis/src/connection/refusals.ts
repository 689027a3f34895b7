/** The meaning of an error code of Redis. */
export interface Refusal {
  /** True if the same command may succeed later, without a change of configuration. */
  readonly isTransient: boolean;
  /** True if nothing was carried out and the command is sent again after a moment, or over another connection. */
  readonly isSentAgain: boolean;
  /** What to do about it. */
  readonly remedy: string;
}

const temporary = (remedy: string): Refusal => ({ isTransient: true, isSentAgain: true, remedy });
const transient = (remedy: string): Refusal => ({ isTransient: true, isSentAgain: false, remedy });
const permanent = (remedy: string): Refusal => ({ isTransient: false, isSentAgain: false, remedy });

const LACKS_PERMISSION = permanent('Give its user the permissions that docs/brokers.md lists.');

const ON_A_CLUSTER = permanent('The server is a node of a cluster: give the broker an instance of Cluster of ioredis.');

/** The refusals of Redis by code. A command that it refuses so has changed nothing. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  READONLY: temporary('The server is a replica: wait for the failover, or give the address of the master.'),
  LOADING: temporary('Wait until the server has loaded its data.'),
  MASTERDOWN: temporary('The server is a replica without its master: wait for the failover, or look after the master.'),
  CLUSTERDOWN: temporary('Look after the cluster: some of its slots are not served.'),
  TRYAGAIN: temporary('A slot of the cluster is being moved: wait until that is done.'),
  BUSY: temporary('Find out who runs a script for so long.'),
  OOM: transient('The server is full: have workers drain it, or raise its "maxmemory".'),
  MISCONF: transient('The server cannot write its snapshots and refuses writes: look into its log.'),
  NOREPLICAS: transient('The server has too few replicas to accept writes: look after them.'),
  UNBLOCKED: transient('What was waited for has gone.'),
  NOPERM: LACKS_PERMISSION,
  NOAUTH: permanent('The server wants a password: give it in the URL, "redis://user:password@host".'),
  WRONGPASS: permanent('Check the user name and the password.'),
  DENIED: permanent('The server is in protected mode: set a password on it, and give that.'),
  MOVED: ON_A_CLUSTER,
  ASK: ON_A_CLUSTER,
  CROSSSLOT: permanent(
    'Give the broker a "prefix" with a hash tag such as "{repid}", so that all keys lie in one slot.',
  ),
};

const UNKNOWN = permanent('Look at what lies at the keys of this prefix.');

/** Refusals with the code ERR, by their text. */
const BY_TEXT: readonly (readonly [RegExp, Refusal])[] = [
  [/user executing the script can't/i, LACKS_PERMISSION],
  [/DB index/i, permanent('Choose a database below the "databases" of the server.')],
  [/SELECT is not allowed in cluster mode/i, permanent('A cluster has database 0 alone: leave the database out.')],
  [/max(?:imum)? number of clients/i, transient('Close connections, or raise "maxclients" of the server.')],
  [
    /unknown (?:sub)?command/i,
    permanent('The server does not have it: Redis >= 6.2 or Valkey is needed, with no command renamed.'),
  ],
  [/invalid password/i, permanent('Check the user name and the password.')],
];

/** Scripts put their position before the code: "ERR Error running script (...): @user_script:3: @user_script: 3: -OOM ...". */
const CODE = /^(?:ERR (?=Error |@?user_script))?(?:Error [^@]*)?(?:@?user_script: ?\d+: )*-?([A-Z][A-Z\d]*)(?=$|\s)/;

/** The code of Redis' reply; undefined if it has none. */
export function codeOf(message: string): string | undefined {
  return CODE.exec(message)?.[1];
}

/** The meaning of a refusal. */
export function refusalOf(message: string): Refusal {
  const code = codeOf(message) ?? '';
  return REFUSALS[code] ?? BY_TEXT.find(([text]) => text.test(message))?.[1] ?? UNKNOWN;
}
