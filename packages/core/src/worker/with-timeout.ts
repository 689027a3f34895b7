import type { Clock } from '../clock/index.js';

/** What a promise comes to, or a rejection where it takes longer than `limit` milliseconds. What it stands for goes on all the same. */
export function withTimeout<T>(clock: Clock, limit: number, pending: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.schedule(() => reject(late()), limit);
    const settle = (): void => {
      cancelTimer();
      resolve(pending);
    };
    pending.then(settle, settle);
  });
}
