/** Something in a queue, and when it is due. */
export interface Due<T> {
  readonly item: T;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

interface HeapEntry<T> extends Due<T> {
  readonly order: number;
  /** Where it stands in the heap; -1 once it has left. */
  index: number;
}

/** Items in the order in which they become due; of those due at the same time the first added comes first. */
export class DueQueue<T> implements Iterable<T> {
  // A binary heap whose entries know their index, so that any of them can be taken out in O(log n).
  readonly #heap: HeapEntry<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The one that is due first. */
  get first(): Due<T> | undefined {
    return this.#heap[0];
  }

  /** Answers a ticket to take the item out with. */
  add(item: T, dueAt: number): Due<T> {
    const entry: HeapEntry<T> = { item, dueAt, order: this.#added++, index: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Takes the item out; does nothing where it has left already. */
  remove(ticket: Due<T>): void {
    const entry = ticket as HeapEntry<T>;
    if (this.#heap[entry.index] !== entry) return;
    const last = this.#heap.pop()!;
    if (last !== entry) this.#fill(entry.index, last);
    entry.index = -1;
  }

  /** Takes out the first that is due by then. */
  takeDue(now: number): Due<T> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.remove(first);
    return first;
  }

  /** All, in no order. */
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
