import type { CancelTimer, Clock } from './clock.js';

/** One timer for many things that become due: it rings no later than the first of them. */
export class Alarm {
  #at = Infinity;
  #cancel: CancelTimer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
    /** The time that it is set by. @default that of `clock.now()` */
    private readonly now: () => number = () => clock.now(),
  ) {}

  /** Rings by that time at the latest. It may ring sooner: whoever is rung looks what is due, and sets it anew. */
  setBy(time: number): void {
    if (time >= this.#at) return;
    this.#cancel?.();
    this.#at = time;
    this.#cancel = this.clock.schedule(() => this.#goOff(), Math.max(0, time - this.now()));
  }

  /** Rings no more until it is set again. */
  stop(): void {
    this.#cancel?.();
    this.#at = Infinity;
  }

  #goOff(): void {
    this.#at = Infinity;
    this.ring();
  }
}
