import type { Consumer } from '../broker/index.js';
import { monotonic, type Clock } from '../clock/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import type { InFlightDelivery } from './in-flight-delivery.js';

/** Extends the ownership of all deliveries in flight, with one call each third of the ownership time. */
export class LeaseRenewer {
  private cancelTimer = (): void => {};

  constructor(
    private readonly consumer: Consumer,
    private readonly clock: Clock,
    private readonly deliveries: InFlightDeliveries,
    private readonly onEvent: EventListener,
    /** Called when a suspect has run alone for long enough to be cleared. Other messages may then run concurrently. */
    private readonly onCleared: () => void = () => {},
  ) {
    this.schedule();
  }

  stop(): void {
    this.cancelTimer();
  }

  private schedule(): void {
    this.cancelTimer = this.clock.schedule(() => void this.extendAll(), this.consumer.ownershipTime / 3);
  }

  private async extendAll(): Promise<void> {
    const extended = [...this.deliveries];
    const askedAt = monotonic(this.clock);
    this.schedule();
    if (extended.length === 0) return;
    for (const one of extended) if (one.isAlone && one.isStarted) one.aloneSince ??= askedAt;
    try {
      const lost = new Set(await this.consumer.extend(extended.map(({ delivery }) => delivery)));
      for (const inFlight of extended) this.update(inFlight, lost.has(inFlight.delivery), askedAt);
    } catch (problem) {
      this.onEvent({ type: 'broker-problem', problem });
    }
  }

  private update(inFlight: InFlightDelivery, isLost: boolean, askedAt: number): void {
    if (!isLost) this.renew(inFlight, askedAt);
    else if (!inFlight.isSettling && !inFlight.isSettled && this.deliveries.has(inFlight)) this.abort(inFlight);
  }

  private renew(inFlight: InFlightDelivery, askedAt: number): void {
    const { ownershipTime } = this.consumer;
    inFlight.ownedUntil = askedAt + ownershipTime;
    const { isAlone, aloneSince = askedAt } = inFlight;
    if (!isAlone || askedAt < aloneSince + ownershipTime) return;
    inFlight.isAlone = false;
    this.onCleared();
  }

  /** The job may also have been cancelled, if the notification of that was lost. */
  private abort(inFlight: InFlightDelivery): void {
    const { id, message } = inFlight.delivery;
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
    inFlight.cancellation.abort(new LostOwnershipError(id, message.channel));
  }
}
