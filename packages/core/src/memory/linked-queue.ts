/** One link of a queue. Keep it to remove its item later from the middle. */
export interface Link<T> {
  readonly item: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
  /** False once it was removed. */
  linked: boolean;
}

/** A first-in first-out queue with O(1) removal from the middle. */
export class LinkedQueue<T> implements Iterable<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The oldest item. */
  get first(): T | undefined {
    return this.#first?.item;
  }

  /** Adds at the end. */
  push(item: T): Link<T> {
    return this.#insert({ item, before: this.#last, after: undefined, linked: true });
  }

  /** Inserts the item behind the leading items for which `staysInFront` is true. */
  insertAfter(staysInFront: (item: T) => boolean, item: T): Link<T> {
    let before: Link<T> | undefined;
    let after = this.#first;
    while (after && staysInFront(after.item)) [before, after] = [after, after.after];
    return this.#insert({ item, before, after, linked: true });
  }

  /** Removes and returns the first item. */
  shift(): T | undefined {
    const first = this.#first;
    if (first) this.remove(first);
    return first?.item;
  }

  /** Removes this link's item. Does nothing if it was removed already. */
  remove(link: Link<T>): void {
    if (!link.linked) return;
    link.linked = false;
    if (link.before) link.before.after = link.after;
    else this.#first = link.after;
    if (link.after) link.after.before = link.before;
    else this.#last = link.before;
    this.#size -= 1;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let link = this.#first; link; link = link.after) yield link.item;
  }

  #insert(link: Link<T>): Link<T> {
    if (link.before) link.before.after = link;
    else this.#first = link;
    if (link.after) link.after.before = link;
    else this.#last = link;
    this.#size += 1;
    return link;
  }
}
