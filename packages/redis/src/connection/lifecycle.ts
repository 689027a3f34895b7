/**
 * Opens something once and closes it once, however often and at whatever time that is asked for. What is asked for while it
 * is being closed is done after that.
 */
export class Lifecycle<Thing> {
  private opening: Promise<Thing> | undefined;
  private closing: Promise<void> | undefined;
  private thing: Thing | undefined;

  /**
   * @param openIt where it rejects, it may be asked for again
   * @param closeIt must not reject; the thing can be used until that resolves
   */
  constructor(
    private readonly openIt: () => Promise<Thing>,
    private readonly closeIt: (thing: Thing) => Promise<void>,
  ) {}

  /** What is open. */
  get current(): Thing | undefined {
    return this.thing;
  }

  /** Resolves when it is open. Rejects as `openIt` does. */
  open(): Promise<Thing> {
    if (this.opening) return this.opening;
    const opening = this.start();
    this.opening = opening;
    opening.catch(() => this.opening === opening && (this.opening = undefined));
    return opening;
  }

  /** Resolves when it is closed. */
  async close(): Promise<void> {
    const { opening } = this;
    if (!opening) return this.closing;
    this.opening = undefined;
    const closing = this.end(opening);
    this.closing = closing;
    await closing;
  }

  private async start(): Promise<Thing> {
    await this.closing;
    this.thing = await this.openIt();
    return this.thing;
  }

  private async end(opening: Promise<Thing>): Promise<void> {
    try {
      await this.closeIt(await opening);
    } catch {
      return; // It was never open.
    } finally {
      this.thing = undefined;
    }
  }
}
