import type { CancelTimer, Clock } from './clock.js';

/** Longer delays than this overflow Node's timers and would fire at once. */
const LONGEST_TIMER = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (callback, delay) => scheduleTimer(callback, delay),
};

/** A Node timer of any length that does not keep the process alive. */
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
