/**
 * Tells the time and schedules timers. Brokers and workers use a clock instead of Node's, so that tests can advance it.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds since some fixed moment. They never jump, even if the wall clock is set. Durations and `schedule` use
   * them.
   * @default the times of `now()`
   */
  monotonic?(): number;
  /**
   * Calls `callback` once, after `delay` milliseconds, unless the returned function is called first. A timer does not
   * keep the process alive.
   */
  schedule(callback: () => void, delay: number): CancelTimer;
}

/** The clock's monotonic time in milliseconds; `now()` for a clock without one. */
export function monotonic(clock: Clock): number {
  return clock.monotonic?.() ?? clock.now();
}

/** Cancels a timer. Calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;
