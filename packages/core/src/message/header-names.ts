/** The names of the headers that Repid reads and writes. Others pass through untouched. */
export const HEADER = {
  /** Names the actor. Shared with the Python library repid 2.x. */
  topic: 'topic',
  id: 'repid-id',
  /** The arguments bucket. Empty, or beginning with `#`, for one of the job's own, whose id is the job's id and that ending. */
  argsBucket: 'repid-args',
  resultBucket: 'repid-result',
  resultTtl: 'repid-result-ttl',
  retries: 'repid-retries',
  tried: 'repid-tried',
  timeout: 'repid-timeout',
  /** Short, since each queued job has one: seven bytes less, and Redis has one more job in each node of a stream. */
  timestamp: 'repid-at',
  ttl: 'repid-ttl',
  every: 'repid-every',
  cron: 'repid-cron',
  cronTimeZone: 'repid-cron-tz',
  dueAt: 'repid-due',
  dependsOn: 'repid-depends',
  /** By how many looks no actor was found, and since when: `3 1700000000000`. */
  unrouted: 'repid-unrouted',
  correlation: 'repid-correlation',
  /** On a reply: the actor has failed. Its error as JSON: code, name, message. */
  error: 'repid-error',
  /**
   * Tells the runs of one id apart, for the ids of followers: another each time that a chosen id is enqueued, and each time
   * that a job goes on after a commit (its next occurrence, `reschedule()`). Absent where the id alone is unique.
   */
  nonce: 'repid-nonce',
} as const;

/** How the names of our headers begin, save `topic`. */
export const OUR_HEADERS = 'repid-';
