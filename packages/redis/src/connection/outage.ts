import { type CancelTimer, scheduleTimer } from '@repid/core';
import { LIMITS } from '../options/defaults.js';

/** The calls that wait for a connection, and the warning about it. */
export class Outage {
  private readonly waiting = new Set<(problem?: Error) => void>();
  private cancelNotice: CancelTimer | undefined;

  /** @param onNotice called once for each outage, soon after the first call has begun to wait */
  constructor(private readonly onNotice: () => void) {}

  /**
   * Resolves when the outage is over.
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

  /** Resolves all calls that wait, or rejects them with the problem. */
  end(problem?: Error): void {
    this.cancelNotice?.();
    this.cancelNotice = undefined;
    for (const settle of [...this.waiting]) settle(problem);
  }
}
