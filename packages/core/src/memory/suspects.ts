import type { Entry } from './entry.js';
import { LinkedQueue } from './linked-queue.js';

/** Messages of a channel that may crash workers, in the order in which that was found out. Each is delivered alone. */
export class Suspects {
  readonly #queue = new LinkedQueue<Entry>();

  get size(): number {
    return this.#queue.size;
  }

  add(entry: Entry): void {
    entry.location = { type: 'queued', queue: this.#queue, link: this.#queue.push(entry) };
  }

  /** Removes and returns the first suspect, and marks it as running alone from now on. */
  take(now: number): Entry | undefined {
    const entry = this.#queue.shift();
    if (entry) entry.aloneSince = now;
    return entry;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#queue[Symbol.iterator]();
  }
}
