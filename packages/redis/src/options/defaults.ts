/** Every default of the Redis brokers, in one place. Spans in milliseconds. */
export const DEFAULTS = {
  prefix: 'repid',
  /** On a cluster the prefix is a hash tag, so that all keys lie in one slot. */
  clusterPrefix: '{repid}',
  ownershipTime: 30_000,
  maxDeliveries: 5,
  publishTimeout: 10_000,
  commandTimeout: 10_000,
  connectTimeout: 10_000,
} as const;

/** What is not an option. Spans in milliseconds. */
export const LIMITS = {
  /** Settlements in one script call. */
  settlementBatch: 256,
  /** So many settlements share the way of the next read; more go their own. */
  sharedWrite: 16,
  /** Messages in one script call, unless one publish() has more: few enough that Redis is at work on some while more are made ready. */
  publishBatch: 64,
  /** Dead letters named in one script call. */
  administrationStep: 500,
  /** Delayed messages promoted in one script call. */
  promotionBatch: 500,
  /** Consumers ask for the state of their channels at least so often, should a pub/sub message get lost. A blocked read ends as soon. */
  lookInterval: 2_000,
  /** A consumer that was not seen for so many intervals between looks is dead. */
  looksOfLife: 3,
  /** The same problem is not reported more often. */
  reportInterval: 30_000,
  /** How long a message rests that cannot be promoted or skipped because of what lies at a key. */
  refusedDelay: 1_000,
  /** How many bytes of entries one read takes, about: what is read while the size of entries is not known yet is less exact. */
  readBytes: 4 * 1024 * 1024,
  /** An answer that is late and on its way is given up after so long without a byte of it. */
  transferPause: 1_000,
  /** The most fields that an entry may have; one with more is malformed. */
  entryFields: 256,
  /** The pause after something went wrong between deliveries. */
  recoveryPause: 200,
  /** How long a sleeping reader may take to let go before its connection is cut. */
  wakeTimeout: 1_000,
  /** After so many times the deliveries that are allowed, a message is given up in any case. */
  exhaustion: 4,
  /** Added to the count of deliveries of an entry that is given to a consumer which has nothing else in flight; twice where it is to be refused. */
  aloneMark: 1_000_000,
  /** A bucket of so many bytes comes along with the job that waited for it alone; a larger one is read by its worker. */
  inlinedResultSize: 4_096,
  /** Who waits for a bucket looks at least so often whether it is there, should a pub/sub message get lost. */
  waitInterval: 3_000,
  /** Buckets looked for in one command. */
  waitBatch: 500,
  /** The longest blocked read where the reader may not be woken, so that pausing and stopping do not take long. */
  unwakeableSleep: 500,
  /** How often a connection is looked at. One that was not used in between is pinged. */
  heartbeat: 2_000,
  /** A connection that has not answered for so long is cut, where the server answers over another one. */
  silence: 3_000,
  /** How long that other one may take. */
  probeTimeout: 2_000,
  /** Somebody who waits for a connection is told so through `onProblem` after this. */
  noticeAfter: 500,
  /** How often to look whether ioredis has noticed that its socket is gone. */
  noticeInterval: 5,
  /** The pause before a command is sent again that Redis has refused for the moment. */
  refusalPause: 100,
  /** How long commands that are on their way to a server that turned out to be a replica may take. */
  leaveTimeout: 1_000,
  /** With less time than this left, nothing is sent that had to wait. */
  leastTime: 20,
  /** The same problem of the connections of a broker is not reported more often. */
  outageReportInterval: 10_000,
  /** The longest pause between two tries to connect. */
  reconnectPause: 2_000,
  /** The server's time is asked for so often, while it is made use of. */
  clockInterval: 10_000,
  /** How much longer than its waiter's timeout a waiter is remembered. */
  waiterGrace: 10_000,
} as const;
