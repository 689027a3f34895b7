/** Tells the time and wakes sleepers. Brokers and workers take their time from one, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now, unless the answered function is called before.
   * A timer alone does not keep the process alive.
   */
  schedule(callback: () => void, delay: number): CancelTimer;
}

/** Calls a timer off; calling it twice, or late, does nothing. */
export type CancelTimer = () => void;
