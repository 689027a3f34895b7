import { type CancelTimer, scheduleTimer } from '@repid/core';
import { LIMITS } from '../options/defaults.js';

/** Those who wait for a connection, and the warning that they do. */
export class Outage {
  private readonly waiting = new Set<(problem?: Error) => void>();
  private cancelNotice: CancelTimer | undefined;

  /** @param onNotice called once for each outage, soon after somebody has begun to wait */
  constructor(private readonly onNotice: () => void) {}

  /**
   * Resolves when the outage is over.
   *
   * @param timeout in milliseconds
   * @param tooLate the error that it rejects with after that
   */
  wait(timeout: number, tooLate: () => Error): Promise<void> {
    this.cancelNotice ??= scheduleTimer(this.onNotice, LIMITS.noticeAfter);
    return new Promise((resolve, reject) => {
      const cancelTimer = scheduleTimer(() => settle(tooLate()), Math.max(0, timeout));
      const settle = (problem?: Error): void => {
        cancelTimer();
        this.waiting.delete(settle);
        if (problem) reject(problem);
        else resolve();
      };
      this.waiting.add(settle);
    });
  }

  /** Ends it, by a problem where there is one, for all who wait. */
  end(problem?: Error): void {
    this.cancelNotice?.();
    this.cancelNotice = undefined;
    for (const settle of [...this.waiting]) settle(problem);
  }
}
