import type { Consumer } from '../broker/index.js';
import { monotonic, type Clock } from '../clock/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';

/** Extends the ownership of what a worker has in flight, in one call each third of the ownership time. */
export class LeaseRenewer {
  private cancelTimer = (): void => {};

  constructor(
    private readonly consumer: Consumer,
    private readonly clock: Clock,
    private readonly deliveries: InFlightDeliveries,
    private readonly onEvent: EventListener,
    /** Told of one that ran alone for so long that it is not to blame: others may run beside it. */
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
    const deliveries = [...this.deliveries];
    const asked = monotonic(this.clock);
    this.schedule();
    if (deliveries.length === 0) return;
    try {
      const lost = new Set(await this.consumer.extend(deliveries.map((inFlight) => inFlight.delivery)));
      for (const inFlight of deliveries) this.note(inFlight, lost.has(inFlight.delivery), asked);
    } catch (problem) {
      this.onEvent({ type: 'broker-problem', problem });
    }
  }

  private note(inFlight: InFlightDelivery, isLost: boolean, asked: number): void {
    if (!isLost) this.keep(inFlight, asked);
    else if (!inFlight.isSettling && !inFlight.isSettled && this.deliveries.has(inFlight)) this.giveUp(inFlight);
  }

  private keep(inFlight: InFlightDelivery, asked: number): void {
    const { ownershipTime } = this.consumer;
    inFlight.ownedUntil = asked + ownershipTime;
    if (!inFlight.isAlone || asked < inFlight.ownedSince + ownershipTime) return;
    inFlight.isAlone = false;
    this.onCleared();
  }

  /** Its job may have been cancelled, too, where the broker's word of that was lost. */
  private giveUp(inFlight: InFlightDelivery): void {
    const { id, message } = inFlight.delivery;
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
    inFlight.cancellation.abort(new LostOwnershipError(id, message.channel));
  }
}
