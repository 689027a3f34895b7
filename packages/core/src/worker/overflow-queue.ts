/** The bounds of the delay of the first message in the queue, in milliseconds. */
const MIN_DELAY = 20;
const MAX_DELAY = 5_000;
/** How much longer the delay of each further message can be, in milliseconds. It limits a long queue to 200 deliveries per second. */
const MAX_STEP = 5;
/** How many deliveries are made for each run, so that a few workers can share what one of them returns. */
const DELIVERIES_PER_RUN = 4;
/** A message that is overdue by this much, in milliseconds, was received by another worker. */
const OVERDUE = 2_000;
/** How many messages are remembered. */
const MAX_SIZE = 10_000;

/**
 * The messages of one actor that were returned to their channel because the actor runs at its concurrency limit. Each is
 * delayed until about when its turn is. Jobs keep their position however often they are returned, so they run about in
 * order. Bare messages have no id and go to the end.
 */
export class OverflowQueue {
  /** When each message is due, in the order in which they were first returned. */
  private readonly dueTimes = new Map<string | symbol, number>();
  private lastDue = 0;

  /** When the last of them is due, by the monotonic clock. */
  get until(): number {
    return this.lastDue;
  }

  /**
   * Adds a message. Returns its delay in milliseconds. A message is never due before those ahead of it.
   *
   * @param now by the monotonic clock
   * @param interval the time between two ends of runs, in milliseconds: the duration of a run, divided by the concurrency
   */
  delay(jobId: string | undefined, now: number, interval: number): number {
    const { rank, notBefore } = this.positionOf(jobId, now);
    const delay = Math.max(delayOf(rank, interval), Math.ceil(notBefore - now));
    this.dueTimes.set(jobId ?? Symbol('bare message'), now + delay);
    if (this.dueTimes.size > MAX_SIZE) this.dueTimes.delete(this.dueTimes.keys().next().value as string);
    this.lastDue = Math.max(this.lastDue, now + delay);
    return delay;
  }

  /** Removes a job that is about to run. */
  remove(jobId: string | undefined): void {
    if (jobId !== undefined) this.dueTimes.delete(jobId);
  }

  /** How many messages are ahead of it, and when the last of them is due. */
  private positionOf(jobId: string | undefined, now: number): { readonly rank: number; readonly notBefore: number } {
    this.removeOverdue(now);
    if (jobId === undefined || !this.dueTimes.has(jobId)) return { rank: this.dueTimes.size, notBefore: this.lastDue };
    let [rank, notBefore] = [0, 0];
    for (const [other, dueAt] of this.dueTimes) {
      if (other === jobId) break;
      rank += 1;
      notBefore = Math.max(notBefore, dueAt);
    }
    return { rank, notBefore };
  }

  private removeOverdue(now: number): void {
    for (const [first, dueAt] of this.dueTimes) {
      if (dueAt + OVERDUE >= now) return;
      this.dueTimes.delete(first);
    }
  }
}

/** Returns the delay of a message that has `rank` messages ahead of it. */
export function delayOf(rank: number, interval: number): number {
  const expected = ((rank + 1) * interval) / DELIVERIES_PER_RUN;
  return Math.round(Math.min(Math.max(expected, MIN_DELAY), Math.max(MAX_DELAY, rank * MAX_STEP)));
}
