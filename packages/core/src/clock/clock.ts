/** Tells the time and wakes sleepers. Brokers and workers take their time from one, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds since some moment: they never go back or leap, whatever happens to the time of day. How long something lasts
   * goes by them, and `schedule` does. @default the times of `now()`
   */
  monotonic?(): number;
  /**
   * Calls `callback` once, `delay` milliseconds from now, unless the answered function is called before.
   * A timer alone does not keep the process alive.
   */
  schedule(callback: () => void, delay: number): CancelTimer;
}

/** The time of a clock that never goes back or leaps, in milliseconds since some moment; its `now()` where it has none. */
export function monotonic(clock: Clock): number {
  return clock.monotonic?.() ?? clock.now();
}

/** Calls a timer off; calling it twice, or late, does nothing. */
export type CancelTimer = () => void;
