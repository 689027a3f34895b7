import type { Clock } from '../clock/index.js';

/** Settles like `pending`, or rejects after `limit` milliseconds. The pending work is not stopped. */
export function withTimeout<T>(clock: Clock, limit: number, pending: Promise<T>, onTimeout: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.schedule(() => reject(onTimeout()), limit);
    const settle = (): void => {
      cancelTimer();
      resolve(pending);
    };
    pending.then(settle, settle);
  });
}
