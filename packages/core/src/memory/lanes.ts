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

  get size(): number {
    return this.#queues.high.size + this.#queues.medium.size + this.#queues.low.size;
  }

  /** To the end. */
  add(entry: Entry): void {
    entry.place = { name: 'queued', link: this.#queues[entry.priority].push(entry) };
  }

  /** To the front: it has waited already. Behind those that were put back and are older. */
  putBack(entry: Entry): void {
    const isOlder = (other: Entry): boolean => other.deliveries > 0 && Number(other.id) < Number(entry.id);
    entry.place = { name: 'queued', link: this.#queues[entry.priority].insertAfter(isOlder, entry) };
  }

  /** The next, by turns. */
  take(): Entry | undefined {
    const priority = this.#turns.next((each) => this.#queues[each].size > 0);
    return priority && this.#queues[priority].shift();
  }

  remove(entry: Entry): void {
    if (entry.place.name === 'queued') this.#queues[entry.priority].remove(entry.place.link);
  }

  /** Takes out all. */
  clear(): Entry[] {
    return PRIORITIES.flatMap((priority) => drain(this.#queues[priority]));
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
    return Array.from({ length: Math.min(limit, this.size) }, () => next()!);
  }

  #ahead(priority: Priority, limit: number): LinkedQueue<Entry> {
    const ahead = new LinkedQueue<Entry>();
    for (const entry of first(this.#queues[priority], limit)) ahead.push(entry);
    return ahead;
  }
}

function drain(queue: LinkedQueue<Entry>): Entry[] {
  const entries = [...queue];
  while (queue.size > 0) queue.shift();
  return entries;
}
