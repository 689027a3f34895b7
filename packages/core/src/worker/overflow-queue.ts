/** The bounds of the delay of the first in line, in milliseconds. */
const SHORTEST = 20;
const LONGEST = 5_000;
/** How much longer the delay of each further one may be, so that a long line is not looked at all the time: 200 looks in a second. */
const LONGEST_STEP = 5;
/** How many looks each run gets: so a few workers can share what one of them gives back. */
const LOOKS_PER_RUN = 4;
/** One that is this much overdue was taken by another worker. */
const OVERDUE = 2_000;
/** How many are remembered. */
const MOST = 10_000;

/**
 * The messages of one actor that were given back because it runs as many as it may: each comes again about when its turn is. Jobs keep
 * their places in line, however often they are given back, so that they run in order, about; bare messages, which have no id, go to the end.
 */
export class OverflowQueue {
  /** When each is due, in the order in which they came first. */
  private readonly line = new Map<string | symbol, number>();
  private lastDue = 0;

  /** Until when there is one of them to come, by the monotonic clock. */
  get until(): number {
    return this.lastDue;
  }

  /**
   * After how many milliseconds one is to come again: not before the one that stands before it.
   *
   * @param now by the monotonic clock
   * @param interval how often a run ends, in milliseconds: the time of a run, divided by how many there are at once
   */
  delay(jobId: string | undefined, now: number, interval: number): number {
    const { rank, notBefore } = this.placeOf(jobId, now);
    const delay = Math.max(delayOf(rank, interval), Math.ceil(notBefore - now));
    this.line.set(jobId ?? Symbol('bare message'), now + delay);
    if (this.line.size > MOST) this.line.delete(this.line.keys().next().value as string);
    this.lastDue = Math.max(this.lastDue, now + delay);
    return delay;
  }

  /** It runs, and stands in line no more. */
  forget(jobId: string | undefined): void {
    if (jobId !== undefined) this.line.delete(jobId);
  }

  /** How many stand in line before it, and when the last of them is due. */
  private placeOf(jobId: string | undefined, now: number): { readonly rank: number; readonly notBefore: number } {
    this.forgetTaken(now);
    if (jobId === undefined || !this.line.has(jobId)) return { rank: this.line.size, notBefore: this.lastDue };
    let [rank, notBefore] = [0, 0];
    for (const [other, dueAt] of this.line) {
      if (other === jobId) break;
      rank += 1;
      notBefore = Math.max(notBefore, dueAt);
    }
    return { rank, notBefore };
  }

  /** Another worker has them. */
  private forgetTaken(now: number): void {
    for (const [first, dueAt] of this.line) {
      if (dueAt + OVERDUE >= now) return;
      this.line.delete(first);
    }
  }
}

/** The delay of the one that so many stand in line before. */
export function delayOf(rank: number, interval: number): number {
  const expected = ((rank + 1) * interval) / LOOKS_PER_RUN;
  return Math.round(Math.min(Math.max(expected, SHORTEST), Math.max(LONGEST, rank * LONGEST_STEP)));
}
