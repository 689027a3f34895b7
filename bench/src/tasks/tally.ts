import type { Message } from '../payload.js';
import type { Handler } from '../subjects/subject.js';

/** Counts the jobs that a worker handles, and detects duplicates. */
export class Tally implements Handler {
  handled = 0;
  /** Resolves when the first job is handled. */
  readonly begun: Promise<void>;
  private begin!: () => void;
  private seen = new Uint8Array(1 << 16);
  private repeated = 0;

  /** @param storesResults whether jobs return something small */
  constructor(private readonly storesResults = false) {
    this.begun = new Promise((resolve) => (this.begin = resolve));
  }

  handle({ id }: Message): unknown {
    if (this.handled === 0) this.begin();
    this.handled += 1;
    if (id >= this.seen.length) this.grow(id);
    this.repeated += this.seen[id]!;
    this.seen[id] = 1;
    return this.storesResults ? { id } : undefined;
  }

  /** @throws Error if a job was handled more than once */
  check(): void {
    if (this.repeated > 0) throw new Error(`${this.repeated} of ${this.handled} jobs were handled more than once.`);
  }

  private grow(id: number): void {
    const larger = new Uint8Array(Math.max(id + 1, this.seen.length * 2));
    larger.set(this.seen);
    this.seen = larger;
  }
}
