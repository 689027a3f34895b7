import type { InMemoryDelivery } from './delivery.js';
import { LinkedQueue } from './linked-queue.js';

/** A delivery and when its ownership runs out. */
export interface Hold {
  readonly delivery: InMemoryDelivery;
  readonly expiresAt: number;
}

/** What consumers have in hand, in the order in which their ownership runs out: all own for equally long. */
export class InHand {
  readonly #holds = new LinkedQueue<Hold>();

  constructor(private readonly ownershipTime: number) {}

  get size(): number {
    return this.#holds.size;
  }

  /** When the first of them is lost. */
  get firstExpiry(): number | undefined {
    return this.#holds.first?.expiresAt;
  }

  /** Owned from now on; an owned one anew. */
  hold(delivery: InMemoryDelivery, now: number): void {
    this.release(delivery);
    delivery.hold = this.#holds.push({ delivery, expiresAt: now + this.ownershipTime });
  }

  /** The link goes, too: who keeps the delivery would keep all that come after it. */
  release(delivery: InMemoryDelivery): void {
    if (delivery.hold) this.#holds.remove(delivery.hold);
    delivery.hold = undefined;
  }

  /** Takes out those whose time has run out, first lost first. */
  takeExpired(now: number): InMemoryDelivery[] {
    const expired: InMemoryDelivery[] = [];
    for (let first = this.#holds.first; first && first.expiresAt <= now; first = this.#holds.first) {
      this.release(first.delivery);
      expired.push(first.delivery);
    }
    return expired;
  }

  *[Symbol.iterator](): Iterator<InMemoryDelivery> {
    for (const { delivery } of this.#holds) yield delivery;
  }
}
