import type { CancelTimer, Clock } from './clock.js';

/** Longer delays overflow Node's timers, which then fire immediately. */
const LONGEST_TIMER = 2_147_483_647;

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (callback, delay) => scheduleTimer(callback, delay),
};

/** A Node timer of any length. It does not keep the process alive. */
export function scheduleTimer(callback: () => void, delay: number): CancelTimer {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    const step = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => (left > step ? arm(left - step) : callback()), step);
    timer.unref();
  };
  arm(delay);
  return () => clearTimeout(timer);
}
