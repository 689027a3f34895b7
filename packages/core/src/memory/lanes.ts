import { PRIORITIES, type Priority } from '../message/index.js';
import type { Entry } from './entry.js';
import { first } from './first.js';
import { LinkedQueue } from './linked-queue.js';
import { Turns } from './turns.js';

/** What is queued on a channel: one queue for each priority. */
export class Lanes {
  readonly #queues: Readonly<Record<Priority, LinkedQueue<Entry>>> = {
    high: new LinkedQueue(),
    medium: new LinkedQueue(),
    low: new LinkedQueue(),
  };
  readonly #turns = new Turns();
  #taken = 0;

  get size(): number {
    return this.#queues.high.size + this.#queues.medium.size + this.#queues.low.size;
  }

  /** To the end. */
  add(entry: Entry): void {
    const queue = this.#queues[entry.priority];
    entry.place = { name: 'queued', queue, link: queue.push(entry) };
  }

  /** To the front: it has waited already. Behind those that were put back and had been taken before it. */
  putBack(entry: Entry): void {
    const queue = this.#queues[entry.priority];
    const isOlder = (other: Entry): boolean => other.deliveries > 0 && other.turn < entry.turn;
    entry.place = { name: 'queued', queue, link: queue.insertAfter(isOlder, entry) };
  }

  /** The next, by turns. */
  take(): Entry | undefined {
    const priority = this.#turns.next((each) => this.#queues[each].size > 0);
    const entry = priority && this.#queues[priority].shift();
    if (entry) entry.turn = ++this.#taken;
    return entry;
  }

  /** All, those of the highest priority first. */
  *[Symbol.iterator](): Iterator<Entry> {
    for (const priority of PRIORITIES) yield* this.#queues[priority];
  }

  /** Those that would be taken next, in this order. */
  upcoming(limit: number): Entry[] {
    const turns = this.#turns.copy();
    const ahead = {
      high: this.#ahead('high', limit),
      medium: this.#ahead('medium', limit),
      low: this.#ahead('low', limit),
    };
    const next = (): Entry | undefined => {
      const priority = turns.next((each) => ahead[each].size > 0);
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
