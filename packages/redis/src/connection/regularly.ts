import { type CancelTimer, scheduleTimer } from '@repid/core';

/** Does something again and again, each time so long after the last. It does not keep the process alive. */
export class Regularly {
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

  /** Does nothing where it has been started. */
  start(): void {
    if (this.turn) return;
    this.turn = {};
    this.arm(this.turn);
  }

  /** What is being done is done to its end. */
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
