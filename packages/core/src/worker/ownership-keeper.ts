import type { Consumer } from '../broker/index.js';
import type { Clock } from '../clock/index.js';
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
    const asked = this.clock.now();
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
    if (!isLost) hand.ownedUntil = asked + this.consumer.ownershipTime;
    else if (!hand.isSettling && !hand.isSettled && this.hands.has(hand)) this.giveUp(hand);
  }

  private giveUp(hand: Hand): void {
    const { id, message } = hand.delivery;
    this.onEvent({ type: 'ownership-lost', id, channel: message.channel });
    hand.cancellation.abort(new LostOwnershipError(id, message.channel));
  }
}
