/** Something in a queue, and when it is due. */
export interface Due<T> {
  readonly item: T;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

interface Place<T> extends Due<T> {
  readonly order: number;
  /** Where it stands in the heap; -1 once it has left. */
  index: number;
}

/** Items in the order in which they become due; of those due at the same time the first added comes first. */
export class DueQueue<T> implements Iterable<T> {
  // A binary heap whose entries know their index, so that any of them can be taken out in O(log n).
  readonly #heap: Place<T>[] = [];
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
    const place: Place<T> = { item, dueAt, order: this.#added++, index: this.#heap.length };
    this.#heap.push(place);
    this.#rise(place);
    return place;
  }

  /** Takes the item out; does nothing where it has left already. */
  remove(ticket: Due<T>): void {
    const place = ticket as Place<T>;
    if (this.#heap[place.index] !== place) return;
    const last = this.#heap.pop()!;
    if (last !== place) this.#fill(place.index, last);
    place.index = -1;
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

  #fill(index: number, place: Place<T>): void {
    this.#put(place, index);
    this.#rise(place);
    this.#sink(place);
  }

  #rise(place: Place<T>): void {
    while (place.index > 0) {
      const parent = this.#heap[(place.index - 1) >> 1]!;
      if (isBefore(parent, place)) return;
      this.#swap(place, parent);
    }
  }

  #sink(place: Place<T>): void {
    for (;;) {
      const child = this.#firstChild(place.index);
      if (child === undefined || isBefore(place, child)) return;
      this.#swap(place, child);
    }
  }

  #firstChild(index: number): Place<T> | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left && right && isBefore(right, left) ? right : left;
  }

  #swap(one: Place<T>, other: Place<T>): void {
    const { index } = one;
    this.#put(one, other.index);
    this.#put(other, index);
  }

  #put(place: Place<T>, index: number): void {
    this.#heap[index] = place;
    place.index = index;
  }
}

function isBefore<T>(one: Place<T>, other: Place<T>): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
