import { monotonic, type CancelTimer, type Clock } from '../clock/index.js';

/** How long an actor may continue after its signal before this is reported, in milliseconds. Each further interval is twice as long. */
const FIRST_REPORT = 1_000;
const LONGEST_INTERVAL = 3_600_000;

/** Reports runs that continue after they were aborted, for as long as they do. JavaScript cannot stop them. */
export class AbandonedRuns {
  private readonly timers = new Set<CancelTimer>();

  constructor(private readonly clock: Clock) {}

  /** @param report receives how many milliseconds ago the run was aborted */
  watch(isRunning: () => boolean, report: (since: number) => void): void {
    const start = monotonic(this.clock);
    const checkIn = (interval: number): void => {
      const cancel = this.clock.schedule(() => {
        this.timers.delete(cancel);
        if (!isRunning()) return;
        report(Math.round(monotonic(this.clock) - start));
        checkIn(Math.min(interval * 2, LONGEST_INTERVAL));
      }, interval);
      this.timers.add(cancel);
    };
    checkIn(FIRST_REPORT);
  }

  /** Stops all reports. The worker has ended. */
  stop(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }
}
