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

  /** Removes and returns the first suspect. */
  take(): Entry | undefined {
    return this.#queue.shift();
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#queue[Symbol.iterator]();
  }
}
