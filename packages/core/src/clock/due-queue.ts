/** A queued item and its due time. */
export interface Due<T> {
  readonly item: T;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

interface HeapEntry<T> extends Due<T> {
  readonly order: number;
  /** The entry's index in the heap; -1 once it was removed. */
  index: number;
}

/** A queue ordered by due time. Items due at the same time keep the order in which they were added. */
export class DueQueue<T> implements Iterable<T> {
  // A binary heap whose entries know their index, so any entry can be removed in O(log n).
  readonly #heap: HeapEntry<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The item that is due first. */
  get first(): Due<T> | undefined {
    return this.#heap[0];
  }

  /** Adds an item; returns a ticket to remove it with. */
  add(item: T, dueAt: number): Due<T> {
    const entry: HeapEntry<T> = { item, dueAt, order: this.#added++, index: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Removes the item. Does nothing if it was removed already. */
  remove(ticket: Due<T>): void {
    const entry = ticket as HeapEntry<T>;
    if (this.#heap[entry.index] !== entry) return;
    const last = this.#heap.pop()!;
    if (last !== entry) this.#fill(entry.index, last);
    entry.index = -1;
  }

  /** Removes and returns the first item that is due at `now`. */
  takeDue(now: number): Due<T> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.remove(first);
    return first;
  }

  /** All items, in no order. */
  *[Symbol.iterator](): Iterator<T> {
    for (const { item } of this.#heap) yield item;
  }

  #fill(index: number, entry: HeapEntry<T>): void {
    this.#put(entry, index);
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: HeapEntry<T>): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1]!;
      if (isBefore(parent, entry)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: HeapEntry<T>): void {
    for (;;) {
      const child = this.#firstChild(entry.index);
      if (child === undefined || isBefore(entry, child)) return;
      this.#swap(entry, child);
    }
  }

  #firstChild(index: number): HeapEntry<T> | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left && right && isBefore(right, left) ? right : left;
  }

  #swap(one: HeapEntry<T>, other: HeapEntry<T>): void {
    const { index } = one;
    this.#put(one, other.index);
    this.#put(other, index);
  }

  #put(entry: HeapEntry<T>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}

function isBefore<T>(one: HeapEntry<T>, other: HeapEntry<T>): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
