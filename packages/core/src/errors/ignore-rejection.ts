import { isPromise } from 'node:util/types';

/** A promise that came where none is awaited must not end the process when it rejects: that it came is reported in another way. */
export function ignoreRejection(value: unknown): boolean {
  if (!isPromise(value)) return false;
  Promise.prototype.then.call(value, ignore, ignore);
  return true;
}

function ignore(): void {}
