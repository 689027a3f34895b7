import type { CancelTimer, Clock } from './clock.js';

/** One timer for many deadlines: it fires no later than the earliest of them. */
export class Alarm {
  #at = Infinity;
  #cancel: CancelTimer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
    /** The clock that `setBy` times refer to. @default `clock.now()` */
    private readonly now: () => number = () => clock.now(),
  ) {}

  /**
   * Fires by that time at the latest. It may fire earlier: the callback checks what is due and sets the alarm again.
   */
  setBy(time: number): void {
    if (time >= this.#at) return;
    this.#cancel?.();
    this.#at = time;
    this.#cancel = this.clock.schedule(() => this.#goOff(), Math.max(0, time - this.now()));
  }

  /** Cancels the timer until the alarm is set again. */
  stop(): void {
    this.#cancel?.();
    this.#at = Infinity;
  }

  #goOff(): void {
    this.#at = Infinity;
    this.ring();
  }
}
