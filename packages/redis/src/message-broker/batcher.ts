/** Calls a function soon: when what comes together has come. */
export type Defer = (callback: () => void) => void;

/**
 * Collects what is asked for in one turn of the event loop, and sends it together.
 * Everything that is still to come in this turn, promises included, comes along.
 */
export class Batcher<Item> {
  private items: Item[] = [];
  private readonly sending = new Set<Promise<void>>();

  /**
   * @param limit the most that one batch weighs
   * @param weight what an item weighs; one that is too heavy goes alone
   * @param send settles each item; never rejects
   * @param deferFirst what the first waits for while nothing is on its way; may be less than the end of the turn
   */
  constructor(
    private readonly limit: number,
    private readonly weight: (item: Item) => number,
    private readonly send: (items: Item[]) => Promise<void>,
    private readonly deferFirst: Defer = setImmediate,
  ) {}

  add(item: Item): void {
    if (this.items.push(item) > 1) return;
    const defer = this.sending.size === 0 ? this.deferFirst : setImmediate;
    defer(() => this.flush());
  }

  /** How many wait to be sent. */
  get size(): number {
    return this.items.length;
  }

  /** The one that waits to be sent, where it is the only one. */
  get only(): Item | undefined {
    return this.items.length === 1 ? this.items[0] : undefined;
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    this.flush();
    await Promise.all(this.sending);
  }

  /** Sends what waits, now. */
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
    const sending: Promise<void> = send(items).then(() => void this.sending.delete(sending));
    this.sending.add(sending);
  }
}
