/** Every default of the Redis brokers. Durations in milliseconds. */
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

/** One worker may be lost by chance; two hardly. */
const LOSSES_ALONE = 2;

/** Limits that are not options. Durations in milliseconds. */
export const LIMITS = {
  /** Settlements in one script call. */
  settlementBatch: 256,
  /** Up to this many settlements share a write with the next read. More are sent over the connection for commands. */
  sharedWrite: 16,
  /** Messages in one script call, unless one publish() has more. Few enough that Redis works on some while others are encoded. */
  publishBatch: 64,
  /** Dead letters named in one script call. */
  administrationStep: 500,
  /** Delayed messages promoted in one script call. */
  promotionBatch: 500,
  /** How often consumers poll the state of their channels, in case a notification is lost. A blocking read is no longer. */
  pollInterval: 2_000,
  /** How much earlier than something is due a consumer polls: so long, at least, does it take until Redis has the call. In milliseconds. */
  pollLead: 1,
  /** A consumer that was not seen for this many of these intervals is dead. */
  missedPolls: 3,
  /** The same problem is not reported more often. */
  reportInterval: 30_000,
  /** The delay before a message is tried again that cannot be promoted or skipped because a key is of another type. */
  refusedDelay: 1_000,
  /** How many bytes of entries one read takes, about. The first read of a stream is less exact. */
  readBytes: 4 * 1024 * 1024,
  /** A late reply that is being received is given up after so long without a byte of it. */
  transferPause: 1_000,
  /** The most fields that an entry may have; one with more is malformed. */
  entryFields: 256,
  /** The pause after something went wrong between deliveries. */
  recoveryPause: 200,
  /** How long a woken reader may take to return before its connection is closed. */
  wakeTimeout: 1_000,
  /** A message is given up in any case after this multiple of the allowed deliveries. */
  exhaustion: 4,
  /**
   * One mark in the delivery count of a suspect. The number of marks is odd while the suspect is given to a consumer with nothing else in
   * flight, and even once it runs there.
   */
  suspectMark: 1_000_000,
  /** How often a suspect may lose its worker while it runs alone. */
  lossesAlone: LOSSES_ALONE,
  /** How many marks a suspect has that was given out to be refused: two for each loss alone, and one. */
  exhaustedMarks: 2 * LOSSES_ALONE + 1,
  /** Results up to this size, in bytes, are inlined into the message of a job that waited for one bucket. Workers read larger ones. */
  inlinedResultSize: 4_096,
  /** How often clients that wait for a bucket poll, in case a notification is lost. */
  waitInterval: 3_000,
  /** Buckets looked for in one command. */
  waitBatch: 500,
  /** The longest blocking read if the reader may not be woken, so that pausing and stopping do not take long. */
  unwakeableSleep: 500,
  /** How often a connection is checked. An idle one is pinged. */
  heartbeat: 2_000,
  /** A connection that has not replied for so long is closed, if the server replies over another one. */
  silence: 3_000,
  /** How long the reply over the other one may take. */
  probeTimeout: 2_000,
  /** After this a missing connection is reported to `onProblem`. */
  noticeAfter: 500,
  /** How often to check whether ioredis has noticed that its socket is closed. */
  noticeInterval: 5,
  /** The pause before a command is sent again that Redis has refused temporarily. */
  refusalPause: 100,
  /** How long to wait for pending commands after the server turned out to be a replica. */
  leaveTimeout: 1_000,
  /** A command that had to wait is not sent with less time than this left. */
  leastTime: 20,
  /** The same problem of the connections of a broker is not reported more often. */
  outageReportInterval: 10_000,
  /** The longest pause between two tries to connect. */
  reconnectPause: 2_000,
  /** How often the server's time is asked for, while it is used. */
  clockInterval: 10_000,
  /** How long a waiting client is remembered after its timeout. */
  waiterGrace: 10_000,
} as const;
