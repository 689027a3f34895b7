import { scheduleTimer } from '@repid/core';

/** Resolves after so many milliseconds. It does not keep the process alive. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void scheduleTimer(resolve, milliseconds));
}
