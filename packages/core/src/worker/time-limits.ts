import { Alarm } from '../clock/alarm.js';
import { monotonic, type Clock } from '../clock/index.js';
import { runTimeout } from '../errors/timeouts.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { ReceivedMessage } from './received-message.js';

/**
 * Calls off what runs too long. One timer serves all, and what ends in time costs it nothing. The clock is the monotonic one:
 * a wall clock that is set makes no run late.
 */
export class TimeLimits {
  private readonly alarm: Alarm;

  constructor(
    private readonly clock: Clock,
    private readonly deliveries: InFlightDeliveries,
  ) {
    this.alarm = new Alarm(
      clock,
      () => this.look(),
      () => monotonic(clock),
    );
  }

  begin(inFlight: InFlightDelivery, run: ReceivedMessage): void {
    inFlight.run = run;
    inFlight.deadline = monotonic(this.clock) + run.timeout;
    this.alarm.setBy(inFlight.deadline);
  }

  /** Looks no more: nothing is in flight. */
  stop(): void {
    this.alarm.stop();
  }

  private look(): void {
    const now = monotonic(this.clock);
    for (const inFlight of this.deliveries) {
      if (inFlight.run === undefined || inFlight.cancellation.isAborted) continue;
      if (inFlight.deadline > now) this.alarm.setBy(inFlight.deadline);
      else inFlight.cancellation.abort(runTimeout(inFlight.run.actor.label, inFlight.run.timeout));
    }
  }
}
