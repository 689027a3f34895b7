/** Wakes those who wait for something to have changed. */
export class AsyncSignal {
  private waiting: (() => void)[] = [];

  /** Resolves at the next ring. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  ring(): void {
    const woken = this.waiting;
    if (woken.length === 0) return;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}
