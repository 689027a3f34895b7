/** Wakes everything that waits for a change. */
export class AsyncSignal {
  private waiting: (() => void)[] = [];

  /** Resolves at the next `notify()`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  notify(): void {
    const woken = this.waiting;
    if (woken.length === 0) return;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}
