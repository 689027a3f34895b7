/** How many texts are remembered at most. */
const MOST = 1_000;

/** Lets each text through once in an interval, so that a lasting problem is not reported all the time. */
export class RepeatFilter {
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
