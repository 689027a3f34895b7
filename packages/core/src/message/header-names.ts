/** The headers that Repid reads and writes. Other headers are passed through. */
export const HEADER = {
  /** The actor's name. The Python library repid 2.x uses the same header. */
  topic: 'topic',
  id: 'repid-id',
  /**
   * The arguments bucket. A value that is empty or begins with `#` is the suffix of the job's own bucket, whose id is
   * the job's id and that suffix.
   */
  argsBucket: 'repid-args',
  resultBucket: 'repid-result',
  resultTtl: 'repid-result-ttl',
  retries: 'repid-retries',
  tried: 'repid-tried',
  timeout: 'repid-timeout',
  /** Short, because each queued job has it: seven bytes less fit one more job into each node of a Redis stream. */
  timestamp: 'repid-at',
  ttl: 'repid-ttl',
  every: 'repid-every',
  cron: 'repid-cron',
  cronTimeZone: 'repid-cron-tz',
  dueAt: 'repid-due',
  dependsOn: 'repid-depends',
  /** How many times the message was unrouted, and since when: `3 1700000000000`. */
  unrouted: 'repid-unrouted',
  correlation: 'repid-correlation',
  /** In a reply: the actor failed. Its error as JSON: code, name, message. */
  error: 'repid-error',
  /**
   * Distinguishes runs with the same id, so that their followers have different ids. It changes each time a chosen id
   * is enqueued, and each time a job continues after a commit (next occurrence, `reschedule()`). Absent if the id alone
   * is unique.
   */
  nonce: 'repid-nonce',
} as const;

/** The prefix of Repid's headers, except `topic`. */
export const OUR_HEADERS = 'repid-';
