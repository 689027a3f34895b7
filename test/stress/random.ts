/** A seeded random number generator: mulberry32, by Tommy Ettinger. */
export class Random {
  constructor(private state: number) {}

  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from `least` to `most`, both inclusive. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Returns a random item. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)]!;
  }

  /** Returns `count` distinct integers from 0 (inclusive) to `end` (exclusive), in random order; fewer if there are fewer. */
  choose(count: number, end: number): Set<number> {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(count, end)) chosen.add(this.between(0, end - 1));
    return chosen;
  }
}

/** Returns the integers from 0 (inclusive) to `end` (exclusive). */
export function range(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n);
}
