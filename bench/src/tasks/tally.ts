import type { Note } from '../payload.js';
import type { Handle, Variant } from '../subjects/subject.js';

/** Counts the jobs that a worker is given, and knows each of them: one that comes twice is an error. */
export class Tally {
  handled = 0;
  private seen = new Uint8Array(1 << 16);
  private twice = 0;
  private isBegun!: () => void;
  /** Resolves when the first job comes. */
  readonly begun = new Promise<void>((resolve) => (this.isBegun = resolve));

  /** What runs for each job. */
  handlerFor(variant: Variant): Handle {
    if (variant !== 'result') return (note) => void this.count(note);
    return (note) => {
      this.count(note);
      return { id: note.id };
    };
  }

  /** @throws Error where a job came more than once */
  check(): void {
    if (this.twice > 0) throw new Error(`${this.twice} of ${this.handled} jobs came more than once.`);
  }

  private count({ id }: Note): void {
    if (this.handled === 0) this.isBegun();
    this.handled += 1;
    if (id >= this.seen.length) this.grow(id);
    if (this.seen[id] === 1) this.twice += 1;
    this.seen[id] = 1;
  }

  private grow(id: number): void {
    const larger = new Uint8Array(Math.max(id + 1, this.seen.length * 2));
    larger.set(this.seen);
    this.seen = larger;
  }
}
