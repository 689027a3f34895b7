import type { Delivery, Settlement } from '../broker/index.js';
import type { Message, Priority } from '../message/index.js';
import type { InMemoryChannel } from './channel.js';
import type { ChannelConsumer, Entry, Lease, LeasedDelivery } from './entry.js';
import type { Link } from './linked-queue.js';

/** Commits a settlement, or throws and commits nothing. */
export type Settle = (delivery: InMemoryDelivery, settlement: Settlement) => void;

/** One entry, owned by one consumer. */
export class InMemoryDelivery implements Delivery, LeasedDelivery {
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  readonly deliveryCount: number;
  readonly isExhausted: boolean;
  lease: Link<Lease> | undefined;

  constructor(
    readonly entry: Entry,
    readonly channel: InMemoryChannel,
    readonly consumer: ChannelConsumer,
    private readonly commit: Settle,
  ) {
    this.id = entry.id;
    this.message = entry.message;
    this.priority = entry.priority;
    this.deliveryCount = entry.deliveries;
    this.isExhausted = entry.isExhausted;
  }

  /** False once it is settled, taken over by another consumer, or its job was cancelled. */
  get isOwned(): boolean {
    const { location } = this.entry;
    return location.type === 'running' && location.delivery === this;
  }

  async settle(settlement: Settlement): Promise<void> {
    this.commit(this, settlement);
  }
}
