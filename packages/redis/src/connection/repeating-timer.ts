import { type CancelTimer, scheduleTimer } from '@repid/core';

/** Runs an action again and again, an interval after it has finished. It does not keep the process alive. */
export class RepeatingTimer {
  private turn: object | undefined;
  private cancelTimer: CancelTimer | undefined;

  /**
   * @param interval in milliseconds
   * @param act must not reject
   */
  constructor(
    private readonly interval: number,
    private readonly act: () => Promise<void> | void,
  ) {}

  /** Does nothing if it is running. */
  start(): void {
    if (this.turn) return;
    this.turn = {};
    this.arm(this.turn);
  }

  /** An action that is running is not interrupted. */
  stop(): void {
    this.turn = undefined;
    this.cancelTimer?.();
  }

  private arm(turn: object): void {
    this.cancelTimer = scheduleTimer(() => void this.go(turn), this.interval);
  }

  private async go(turn: object): Promise<void> {
    await this.act();
    if (this.turn === turn) this.arm(turn);
  }
}
