/** A caller that waits for its item. */
export interface Waiting {
  readonly resolve: () => void;
  readonly reject: (problem: unknown) => void;
}

/**
 * Collects the items of one turn of the event loop, including those added by promises, and sends them together.
 */
export class Batcher<Item extends Waiting> {
  private items: Item[] = [];
  private readonly sending = new Set<Promise<void>>();

  /**
   * @param limit the greatest weight of a batch
   * @param weight the weight of an item. One that is too heavy is sent alone
   * @param send resolves or rejects each item. If it rejects itself, so do all of them
   * @param deferFirst schedules the first batch while none is pending. It may be earlier than the end of the turn
   */
  constructor(
    private readonly limit: number,
    private readonly weight: (item: Item) => number,
    private readonly send: (items: Item[]) => Promise<void>,
    private readonly deferFirst: (callback: () => void) => void = setImmediate,
  ) {}

  add(item: Item): void {
    if (this.items.push(item) > 1) return;
    const defer = this.sending.size === 0 ? this.deferFirst : setImmediate;
    defer(() => this.flush());
  }

  /** How many items are not sent yet. */
  get size(): number {
    return this.items.length;
  }

  /** The item that is not sent yet, if it is the only one. */
  get only(): Item | undefined {
    return this.items.length === 1 ? this.items[0] : undefined;
  }

  /** Sends the items that are left, and resolves when nothing is pending. */
  async idle(): Promise<void> {
    this.flush();
    await Promise.all(this.sending);
  }

  /** Sends all items now. */
  flush(send: (items: Item[]) => Promise<void> = this.send): void {
    const items = this.items;
    this.items = [];
    let from = 0;
    let weight = 0;
    for (let at = 0; at < items.length; at++) {
      const more = this.weight(items[at]!);
      if (at > from && weight + more > this.limit) {
        this.dispatch(items.slice(from, at), send);
        from = at;
        weight = 0;
      }
      weight += more;
    }
    if (from < items.length) this.dispatch(from === 0 ? items : items.slice(from), send);
  }

  private dispatch(items: Item[], send: (items: Item[]) => Promise<void>): void {
    const end = (problem?: unknown): void => {
      this.sending.delete(sending);
      if (problem !== undefined) for (const { reject } of items) reject(problem);
    };
    const sending: Promise<void> = send(items).then(end, end);
    this.sending.add(sending);
  }
}
