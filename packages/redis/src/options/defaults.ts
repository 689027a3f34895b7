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
  sharedWay: 16,
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
  /** How often a problem that stays is reported. */
  reportInterval: 60_000,
  /** How long a message rests that cannot be promoted or skipped because of what lies at a key. */
  refusedDelay: 1_000,
  /** How many bytes of entries one read takes, about: what is read while the size of entries is not known yet is less exact. */
  readBytes: 4 * 1024 * 1024,
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
  inputSize: 4_096,
  /** How much longer than its waiter's timeout a waiter is remembered. */
  waiterGrace: 10_000,
} as const;
