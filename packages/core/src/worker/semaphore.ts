import type { CancelTimer } from '../clock/index.js';
import type { Cancellation } from './cancellation.js';

/** Starts a time limit for waiting, which calls `withdraw` at its end. Returns a function that cancels the limit. */
export type WaitLimit = (withdraw: () => void) => CancelTimer;

/** Admits at most `capacity` concurrent runs. The others wait in order of arrival. */
export class Semaphore {
  private acquired = 0;
  private reserved = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly capacity: number,
    /** Called when a reservation has ended. */
    private readonly onReservationEnd: () => void = () => {},
  ) {}

  /** How many more can be reserved without waiting. */
  get free(): number {
    return Math.max(0, this.capacity - this.reserved);
  }

  /** How many are reserved beyond the capacity. */
  get excess(): number {
    return Math.max(0, this.reserved - this.capacity);
  }

  /** Counts one that will acquire a slot. Pair each call with `endReservation()`. */
  reserve(): void {
    this.reserved += 1;
  }

  endReservation(): void {
    this.reserved -= 1;
    this.onReservationEnd();
  }

  /**
   * Takes a slot. Returns undefined if one is free. Otherwise resolves with true when there is one, or with false when the
   * wait is aborted or withdrawn first. Pair each acquired slot with `release()`.
   */
  acquire(cancellation: Cancellation, limit?: WaitLimit): Promise<boolean> | undefined {
    if (this.acquired >= this.capacity) return this.wait(cancellation, limit);
    this.acquired += 1;
    return undefined;
  }

  release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.acquired -= 1;
  }

  private wait(cancellation: Cancellation, limit: WaitLimit = NO_LIMIT): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = (): void => {
        cancelLimit();
        resolve(true);
      };
      const withdraw = (): void => {
        const position = this.waiting.indexOf(enter);
        if (position >= 0) this.waiting.splice(position, 1);
        cancelLimit();
        resolve(false); // No effect if `enter` was called before: that slot is released like any other.
      };
      const cancelLimit = limit(withdraw);
      this.waiting.push(enter);
      cancellation.onAbort(withdraw);
    });
  }
}

const NO_LIMIT: WaitLimit = () => () => {};
