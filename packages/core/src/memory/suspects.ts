import type { Entry } from './entry.js';
import { LinkedQueue } from './linked-queue.js';

/** What may be killing workers on a channel, in the order in which that came to light. Each is to be tried alone. */
export class Suspects {
  readonly #queue = new LinkedQueue<Entry>();

  get size(): number {
    return this.#queue.size;
  }

  add(entry: Entry): void {
    entry.place = { name: 'queued', queue: this.#queue, link: this.#queue.push(entry) };
  }

  /** Takes the first, which runs alone from now on. */
  take(now: number): Entry | undefined {
    const entry = this.#queue.shift();
    if (entry) entry.aloneSince = now;
    return entry;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#queue[Symbol.iterator]();
  }
}
