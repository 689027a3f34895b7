import { Alarm } from '../clock/alarm.js';
import { monotonic, type Clock } from '../clock/index.js';
import { runTimeout } from '../errors/timeouts.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { InFlightDelivery, TimedRun } from './in-flight-delivery.js';

/**
 * Aborts runs that exceed their timeout. One timer serves all runs, and a run that ends in time does not touch it. It uses
 * the monotonic clock, so changing the wall clock times out no run.
 */
export class TimeLimits {
  private readonly alarm: Alarm;

  constructor(
    private readonly clock: Clock,
    private readonly deliveries: InFlightDeliveries,
  ) {
    this.alarm = new Alarm(
      clock,
      () => this.check(),
      () => monotonic(clock),
    );
  }

  start(inFlight: InFlightDelivery, run: TimedRun): void {
    inFlight.run = run;
    inFlight.deadline = monotonic(this.clock) + run.timeout;
    this.alarm.setBy(inFlight.deadline);
  }

  /** Stops the timer. Nothing is in flight any more. */
  stop(): void {
    this.alarm.stop();
  }

  private check(): void {
    const now = monotonic(this.clock);
    for (const inFlight of this.deliveries) {
      if (inFlight.run === undefined || inFlight.cancellation.isAborted) continue;
      if (inFlight.deadline > now) this.alarm.setBy(inFlight.deadline);
      else inFlight.cancellation.abort(runTimeout(inFlight.run.actor.label, inFlight.run.timeout));
    }
  }
}
