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
  /** Delayed messages promoted in one script call. */
  promotionBatch: 500,
  /** Consumers ask for the state of their channels at least so often, should a pub/sub message get lost. */
  lookInterval: 10_000,
  /** The pause after something went wrong between deliveries. */
  recoveryPause: 200,
  /** How long a sleeping reader may take to let go before its connection is cut. */
  wakeTimeout: 1_000,
  /** After so many times the deliveries that are allowed, a message is given up without a worker that refuses it. */
  exhaustion: 2,
  /** A bucket of so many bytes comes along with the job that waited for it alone; a larger one is read by its worker. */
  inputSize: 4_096,
  /** How much longer than its waiter's timeout a waiter is remembered. */
  waiterGrace: 10_000,
} as const;
