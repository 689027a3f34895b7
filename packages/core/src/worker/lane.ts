/** Lets at most so many in at once; the others wait in the order they came. */
export class Lane {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly width: number) {}

  /** Resolves when there is a place; undefined where there is one at once. Pair each with `leave()`. */
  enter(): Promise<void> | undefined {
    if (this.inside < this.width) {
      this.inside += 1;
      return undefined;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inside -= 1;
  }
}
