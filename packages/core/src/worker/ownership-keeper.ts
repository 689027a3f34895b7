import type { Consumer } from '../broker/index.js';
import { monotonic, type Clock } from '../clock/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { EventListener } from '../events/index.js';
import type { Hand } from './hand.js';
import type { Hands } from './hands.js';

/** Extends the ownership of what a worker has in hand, in one call each third of the ownership time. */
export class OwnershipKeeper {
  private cancelTimer = (): void => {};

  constructor(
    private readonly consumer: Consumer,
    private readonly clock: Clock,
    private readonly hands: Hands,
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
    const hands = [...this.hands];
    const asked = monotonic(this.clock);
    this.schedule();
    if (hands.length === 0) return;
    try {
      const lost = new Set(await this.consumer.extend(hands.map((hand) => hand.delivery)));
      for (const hand of hands) this.note(hand, lost.has(hand.delivery), asked);
    } catch (problem) {
      this.onEvent({ type: 'broker-problem', problem });
    }
  }

  private note(hand: Hand, isLost: boolean, asked: number): void {
    if (!isLost) this.keep(hand, asked);
    else if (!hand.isSettling && !hand.isSettled && this.hands.has(hand)) this.giveUp(hand);
  }

  private keep(hand: Hand, asked: number): void {
    const { ownershipTime } = this.consumer;
    hand.ownedUntil = asked + ownershipTime;
    if (!hand.isAlone || asked < hand.takenAt + ownershipTime) return;
    hand.isAlone = false;
    this.onCleared();
  }

  /** Its job may have been cancelled, too, where the broker's word of that was lost. */
  private giveUp(hand: Hand): void {
    const { id, message } = hand.delivery;
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
    hand.cancellation.abort(new LostOwnershipError(id, message.channel));
  }
}
