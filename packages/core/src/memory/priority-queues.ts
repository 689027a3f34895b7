import { PRIORITIES, type Priority } from '../message/index.js';
import type { Entry } from './entry.js';
import { first } from './first.js';
import { LinkedQueue } from './linked-queue.js';
import { WeightedRoundRobin } from './weighted-round-robin.js';

/** The queued messages of a channel: one queue for each priority. */
export class PriorityQueues {
  readonly #queues: Readonly<Record<Priority, LinkedQueue<Entry>>> = {
    high: new LinkedQueue(),
    medium: new LinkedQueue(),
    low: new LinkedQueue(),
  };
  readonly #roundRobin = new WeightedRoundRobin();
  #taken = 0;

  get size(): number {
    return this.#queues.high.size + this.#queues.medium.size + this.#queues.low.size;
  }

  /** Adds the entry at the end. */
  add(entry: Entry): void {
    const queue = this.#queues[entry.priority];
    entry.location = { type: 'queued', queue, link: queue.push(entry) };
  }

  /** Puts the entry back to the front, behind entries that were put back and had been taken before it. */
  putBack(entry: Entry): void {
    const queue = this.#queues[entry.priority];
    const isOlder = (other: Entry): boolean => other.deliveries > 0 && other.turn < entry.turn;
    entry.location = { type: 'queued', queue, link: queue.insertAfter(isOlder, entry) };
  }

  /** Removes and returns the next entry, by weighted round robin. */
  take(): Entry | undefined {
    const priority = this.#roundRobin.next((each) => this.#queues[each].size > 0);
    const entry = priority && this.#queues[priority].shift();
    if (entry) entry.turn = ++this.#taken;
    return entry;
  }

  /** All entries, highest priority first. */
  *[Symbol.iterator](): Iterator<Entry> {
    for (const priority of PRIORITIES) yield* this.#queues[priority];
  }

  /** The entries that `take()` would return next, in that order. */
  upcoming(limit: number): Entry[] {
    const roundRobin = this.#roundRobin.copy();
    const ahead = {
      high: this.#ahead('high', limit),
      medium: this.#ahead('medium', limit),
      low: this.#ahead('low', limit),
    };
    const next = (): Entry | undefined => {
      const priority = roundRobin.next((each) => ahead[each].size > 0);
      return priority && ahead[priority].shift();
    };
    return Array.from({ length: Math.max(0, Math.min(limit, this.size)) }, () => next()!);
  }

  #ahead(priority: Priority, limit: number): LinkedQueue<Entry> {
    const ahead = new LinkedQueue<Entry>();
    for (const entry of first(this.#queues[priority], limit)) ahead.push(entry);
    return ahead;
  }
}
