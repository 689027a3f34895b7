import {
  type DeliveredBucket,
  type Delivery,
  LostOwnershipError,
  type Message,
  type Priority,
  type Settlement,
} from '@repid/core';
import type { EntryLease } from '../commands/settle-command.js';

/** Receives the reports of a delivery. */
export interface DeliveryOwner {
  settle(delivery: RedisDelivery, settlement: Settlement): Promise<void>;

  /** The delivery is not the consumer's any more. */
  forget(delivery: RedisDelivery): void;
}

/** A message that a consumer has been given. */
export class RedisDelivery implements Delivery {
  /** When ownership was last confirmed, by the process' monotonic clock. */
  ownedSince = performance.now();
  /** Since when it runs as a suspect, by the same clock. */
  aloneSince = Infinity;
  /** Its index among the deliveries in flight. */
  index = -1;
  /** A settlement was sent and its reply was lost. */
  uncertain = false;
  isSettled = false;
  private settling: Promise<void> | undefined;

  constructor(
    readonly message: Message,
    readonly priority: Priority,
    readonly deliveryCount: number,
    readonly isExhausted: boolean,
    readonly lease: EntryLease,
    private readonly owner: DeliveryOwner,
  ) {}

  get id(): string {
    return this.priority === 'medium' ? this.lease.entry : `${this.lease.entry}:${this.priority}`;
  }

  get inlinedResult(): DeliveredBucket | undefined {
    return this.lease.input;
  }

  async settle(settlement: Settlement): Promise<void> {
    while (this.settling) await this.settling.catch(() => undefined);
    if (this.isSettled) throw new LostOwnershipError(this.id, this.message.channel);
    this.settling = this.owner.settle(this, settlement);
    try {
      await this.settling;
      this.isSettled = true;
      this.forget();
    } catch (problem) {
      if (problem instanceof LostOwnershipError) this.forget();
      throw problem;
    } finally {
      this.settling = undefined;
    }
  }

  forget(): void {
    this.owner.forget(this);
  }
}
