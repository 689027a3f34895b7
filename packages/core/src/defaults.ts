/** Every default of the engine, in one place. Spans in milliseconds, sizes in bytes. */
export const DEFAULTS = {
  channel: 'default',
  /** How long an actor may run. */
  actorTimeout: 10 * 60_000,
  /** How long results are kept. */
  resultTtl: 24 * 60 * 60_000,
  /** How long a job waits for what it depends on. */
  waitTimeout: 7 * 24 * 60 * 60_000,
  /** How long `waitForResult` waits. */
  resultTimeout: 60_000,
  /** How many dead letters a channel keeps, and for how long: beyond that the oldest go. For brokers. */
  deadLetters: { maxCount: 100_000, maxAge: 30 * 24 * 60 * 60_000 },
  /** How long `request` waits for the reply. */
  requestTimeout: 30_000,
  maxPayloadBytes: 5 * 1024 * 1024,
  /** How long a message may stay without an actor before it is given up. */
  unroutedTimeout: 10 * 60_000,
  /** How long a message rests whose arguments cannot be read because their broker is away. */
  outageDelay: 1_000,
  /** How long an unrouted message rests before another worker may look at it; twice as long after each look. */
  unroutedDelay: 100,
  longestUnroutedDelay: 5_000,
  /** Messages in hand at once in one worker. */
  concurrency: 1000,
  gracefulShutdownTime: 25_000,
  handleSignals: ['SIGINT', 'SIGTERM'] as readonly NodeJS.Signals[],
} as const;
