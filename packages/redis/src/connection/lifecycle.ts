import { BrokerClosedError } from '@repid/core';

/**
 * Opens something once and closes it once, however often it is called. Opening waits for closing to finish. Closing aborts opening.
 */
export class Lifecycle<Thing> {
  private opening: Promise<Thing> | undefined;
  private giveUp = new AbortController();
  private closing: Promise<void> | undefined;
  private thing: Thing | undefined;

  /**
   * @param name what it is, for errors
   * @param openIt must reject soon after its signal is aborted. It may be called again after it has rejected
   * @param closeIt must not reject. The thing can be used until it resolves
   */
  constructor(
    private readonly name: string,
    private readonly openIt: (signal: AbortSignal) => Promise<Thing>,
    private readonly closeIt: (thing: Thing) => Promise<void>,
  ) {}

  /** The thing while it is open. */
  get current(): Thing | undefined {
    return this.thing;
  }

  /** Resolves when it is open. Rejects as `openIt` does, or with BrokerClosedError if it is closed meanwhile. */
  open(): Promise<Thing> {
    if (this.opening) return this.opening;
    this.giveUp = new AbortController();
    const opening = this.start(this.giveUp.signal);
    this.opening = opening;
    opening.catch(() => this.opening === opening && (this.opening = undefined));
    return opening;
  }

  /** Resolves when it is closed. */
  async close(): Promise<void> {
    const { opening } = this;
    if (!opening) return this.closing;
    this.opening = undefined;
    this.giveUp.abort(new BrokerClosedError(this.name));
    const closing = this.end(opening);
    this.closing = closing;
    await closing;
  }

  private async start(signal: AbortSignal): Promise<Thing> {
    await this.closing;
    signal.throwIfAborted();
    try {
      this.thing = await this.openIt(signal);
      return this.thing;
    } catch (problem) {
      throw signal.aborted ? signal.reason : problem;
    }
  }

  private async end(opening: Promise<Thing>): Promise<void> {
    try {
      await this.closeIt(await opening);
    } catch {
      return; // It did not open.
    } finally {
      this.thing = undefined;
    }
  }
}
