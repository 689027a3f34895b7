/** Chance that is the same each time it begins with the same seed: mulberry32, by Tommy Ettinger. */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number; both ends are among them. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** One of them. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)]!;
  }

  /** So many different ones of the numbers from 0 up to `end`, in a random order. */
  choose(count: number, end: number): Set<number> {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(count, end)) chosen.add(this.between(0, end - 1));
    return chosen;
  }
}

/** The numbers from 0 up to `end`. */
export function range(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n);
}
