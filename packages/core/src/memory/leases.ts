import type { Lease, LeasedDelivery } from './entry.js';
import { LinkedQueue } from './linked-queue.js';

/** The leases of a channel in the order in which they expire. All leases are equally long. */
export class Leases {
  readonly #leases = new LinkedQueue<Lease>();

  constructor(private readonly ownershipTime: number) {}

  get size(): number {
    return this.#leases.size;
  }

  /** When the first lease expires. */
  get firstExpiry(): number | undefined {
    return this.#leases.first?.expiresAt;
  }

  /** Starts the delivery's lease, or renews it. */
  grant(delivery: LeasedDelivery, now: number): void {
    this.release(delivery);
    delivery.lease = this.#leases.push({ delivery, expiresAt: now + this.ownershipTime });
  }

  /** Also clears the link: a delivery that is kept would otherwise keep all later ones in memory. */
  release(delivery: LeasedDelivery): void {
    if (delivery.lease) this.#leases.remove(delivery.lease);
    delivery.lease = undefined;
  }

  /** Removes and returns the deliveries whose lease has expired, oldest first. */
  takeExpired(now: number): LeasedDelivery[] {
    const expired: LeasedDelivery[] = [];
    for (let first = this.#leases.first; first && first.expiresAt <= now; first = this.#leases.first) {
      this.release(first.delivery);
      expired.push(first.delivery);
    }
    return expired;
  }

  *[Symbol.iterator](): Iterator<LeasedDelivery> {
    for (const { delivery } of this.#leases) yield delivery;
  }
}
