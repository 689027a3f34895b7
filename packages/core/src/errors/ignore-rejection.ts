import { isPromise } from 'node:util/types';

/**
 * Keeps an unexpected promise from crashing the process when it rejects. Returns true for a promise; the caller reports
 * it.
 */
export function ignoreRejection(value: unknown): boolean {
  if (!isPromise(value)) return false;
  Promise.prototype.then.call(value, ignore, ignore);
  return true;
}

function ignore(): void {}
