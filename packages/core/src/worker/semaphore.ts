import type { CancelTimer } from '../clock/index.js';
import type { Cancellation } from './cancellation.js';

/** Limits how long one waits: calls `withdraw` then, unless it is told that this is over. */
export type WaitLimit = (withdraw: () => void) => CancelTimer;

/** Lets at most so many in at once; the others wait in the order they came. */
export class Semaphore {
  private inside = 0;
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly width: number,
    /** Told when a place has become free. */
    private readonly onRelease: () => void = () => {},
  ) {}

  /** How many more may be held so that none of them has to wait. */
  get free(): number {
    return Math.max(0, this.width - this.held);
  }

  /** How many are held beyond those that may be inside. */
  get overflow(): number {
    return Math.max(0, this.held - this.width);
  }

  /** Notes one that is to enter. Pair each with `release()`. */
  hold(): void {
    this.held += 1;
  }

  release(): void {
    this.held -= 1;
    this.onRelease();
  }

  /**
   * Resolves when there is a place, with false where it is called off, or withdrawn, before; undefined where there is one at
   * once. Pair each place with `leave()`.
   */
  enter(cancellation: Cancellation, limit?: WaitLimit): Promise<boolean> | undefined {
    if (this.inside >= this.width) return this.wait(cancellation, limit);
    this.inside += 1;
    return undefined;
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inside -= 1;
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
        resolve(false); // Too late where it has got a place: then that is left as any other.
      };
      const cancelLimit = limit(withdraw);
      this.waiting.push(enter);
      cancellation.onAbort(withdraw);
    });
  }
}

const NO_LIMIT: WaitLimit = () => () => {};
