/** Every default of the engine, in one place. Durations in milliseconds, sizes in bytes. */
export const DEFAULTS = {
  channel: 'default',
  /** Time limit of one run of an actor. */
  actorTimeout: 10 * 60_000,
  /** How long results are kept. */
  resultTtl: 24 * 60 * 60_000,
  /** How long a job waits for its dependencies. */
  waitTimeout: 7 * 24 * 60 * 60_000,
  /** How long `waitForResult` waits. */
  resultTimeout: 60_000,
  /** Limits for the dead letters of a channel: beyond them the oldest are deleted. For brokers. */
  deadLetters: { maxCount: 100_000, maxAge: 30 * 24 * 60 * 60_000 },
  /** How long `request` waits for the reply. */
  requestTimeout: 30_000,
  maxPayloadBytes: 5 * 1024 * 1024,
  /** How long a message may stay unrouted before it is dead-lettered. */
  unroutedTimeout: 10 * 60_000,
  /** The delay of a message whose arguments cannot be read because their broker is unreachable. */
  outageDelay: 1_000,
  /** The first delay of an unrouted message before another worker may receive it. It doubles each time. */
  unroutedDelay: 100,
  longestUnroutedDelay: 5_000,
  /** Messages in flight in one worker. */
  concurrency: 1000,
  gracefulShutdownTime: 25_000,
  handleSignals: ['SIGINT', 'SIGTERM'] as readonly NodeJS.Signals[],
} as const;
