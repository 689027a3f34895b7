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
 * their order, whenever they were given back; bare messages, which have no id, are put at the end of the line.
 */
export class Surplus {
  /** When each is due, in the order in which they came first. */
  private readonly line = new Map<string, number>();
  private lastDue = 0;

  /** Until when there is one of them to come, by the monotonic clock. */
  get until(): number {
    return this.lastDue;
  }

  /**
   * After how many milliseconds one is to come again.
   *
   * @param now by the monotonic clock
   * @param interval how often a run ends, in milliseconds: the time of a run, divided by how many there are at once
   */
  delay(jobId: string | undefined, now: number, interval: number): number {
    const rank = this.rankOf(jobId, now);
    const delay = delayOf(rank, interval);
    if (jobId !== undefined) this.line.set(jobId, now + delay);
    if (this.line.size > MOST) this.line.delete(this.line.keys().next().value as string);
    this.lastDue = Math.max(this.lastDue, now + delay);
    return delay;
  }

  /** It runs, and stands in line no more. */
  forget(jobId: string | undefined): void {
    if (jobId !== undefined) this.line.delete(jobId);
  }

  /** How many stand in line before it. */
  private rankOf(jobId: string | undefined, now: number): number {
    if (jobId === undefined || !this.line.has(jobId)) return this.line.size;
    let rank = 0;
    for (const [other, dueAt] of this.line) {
      if (other === jobId) break;
      if (dueAt + OVERDUE < now) this.line.delete(other);
      else rank += 1;
    }
    return rank;
  }
}

/** The delay of the one that so many stand in line before. */
export function delayOf(rank: number, interval: number): number {
  const expected = ((rank + 1) * interval) / LOOKS_PER_RUN;
  return Math.round(Math.min(Math.max(expected, SHORTEST), Math.max(LONGEST, rank * LONGEST_STEP)));
}
