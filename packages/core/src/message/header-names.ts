/** The names of the headers that Repid reads and writes. Others pass through untouched. */
export const HEADER = {
  /** Names the actor. Shared with the Python library repid 2.x. */
  topic: 'topic',
  id: 'repid-id',
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
  unrouted: 'repid-unrouted',
  correlation: 'repid-correlation',
} as const;

/** How the names of our headers begin, save `topic`. */
export const OUR_HEADERS = 'repid-';
