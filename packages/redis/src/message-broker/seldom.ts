/** The most texts that are remembered. */
const MOST = 1_000;

/** Lets a text through, and then not again for a while: what stays wrong is found wrong over and over. */
export class Seldom {
  /** Text -> when it may pass again, by the process' monotonic clock. */
  private readonly until = new Map<string, number>();

  /** @param interval milliseconds */
  constructor(private readonly interval: number) {}

  passes(text: string): boolean {
    const now = performance.now();
    if (now < (this.until.get(text) ?? 0)) return false;
    if (this.until.size >= MOST) this.until.clear();
    this.until.set(text, now + this.interval);
    return true;
  }
}
