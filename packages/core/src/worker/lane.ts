import type { Cancellation } from './cancellation.js';

/** Lets at most so many in at once; the others wait in the order they came. */
export class Lane {
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
  get surplus(): number {
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

  /** Resolves when there is a place, with false where it is called off before; undefined where there is one at once. Pair each place with `leave()`. */
  enter(cancellation: Cancellation): Promise<boolean> | undefined {
    if (this.inside >= this.width) return this.wait(cancellation);
    this.inside += 1;
    return undefined;
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inside -= 1;
  }

  private wait(cancellation: Cancellation): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = (): void => resolve(true);
      this.waiting.push(enter);
      cancellation.onAbort(() => {
        const position = this.waiting.indexOf(enter);
        if (position >= 0) this.waiting.splice(position, 1);
        resolve(false); // Too late where it has got a place: then that is left as any other.
      });
    });
  }
}
