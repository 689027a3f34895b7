import { monotonic, type CancelTimer, type Clock } from '../clock/index.js';

/** How long an actor may go on after its signal before that is reported, in milliseconds; again after twice as long, and so on. */
const FIRST_REPORT = 1_000;
const LONGEST_INTERVAL = 3_600_000;

/** Reports the runs that go on although they were called off, for as long as they do. JavaScript cannot end them. */
export class AbandonedRuns {
  private readonly timers = new Set<CancelTimer>();

  constructor(private readonly clock: Clock) {}

  /** @param report told how many milliseconds ago the run was called off */
  watch(isGoingOn: () => boolean, report: (since: number) => void): void {
    const start = monotonic(this.clock);
    const lookIn = (interval: number): void => {
      const cancel = this.clock.schedule(() => {
        this.timers.delete(cancel);
        if (!isGoingOn()) return;
        report(Math.round(monotonic(this.clock) - start));
        lookIn(Math.min(interval * 2, LONGEST_INTERVAL));
      }, interval);
      this.timers.add(cancel);
    };
    lookIn(FIRST_REPORT);
  }

  /** Reports no more: the worker has ended. */
  stop(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }
}
