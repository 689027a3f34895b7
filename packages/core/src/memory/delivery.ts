import type { Delivery, Settlement } from '../broker/index.js';
import type { Message, Priority } from '../message/index.js';
import type { Channel } from './channel.js';
import type { InMemoryConsumer } from './consumer.js';
import type { Entry } from './entry.js';
import type { Hold } from './in-hand.js';
import type { Link } from './linked-queue.js';

/** Commits a settlement, or throws and commits nothing. */
export type Settle = (delivery: InMemoryDelivery, settlement: Settlement) => void;

/** One entry in the hands of one consumer. */
export class InMemoryDelivery implements Delivery {
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  readonly deliveryCount: number;
  readonly isExhausted: boolean;
  /** Where it stands among what is in hand. */
  hold: Link<Hold> | undefined;

  constructor(
    readonly entry: Entry,
    readonly channel: Channel,
    readonly consumer: InMemoryConsumer,
    private readonly commit: Settle,
  ) {
    this.id = entry.id;
    this.message = entry.message;
    this.priority = entry.priority;
    this.deliveryCount = entry.deliveries;
    this.isExhausted = entry.isExhausted;
  }

  /** False once it is settled, taken over by another consumer, or its job has been cancelled. */
  get isOwned(): boolean {
    const { place } = this.entry;
    return place.name === 'running' && place.delivery === this;
  }

  async settle(settlement: Settlement): Promise<void> {
    this.commit(this, settlement);
  }
}
