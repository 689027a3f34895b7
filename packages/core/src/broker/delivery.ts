import type { Message, Priority } from '../message/message.js';
import type { Settlement } from './settlement.js';

/** A bucket that comes along with a delivery. */
export interface DeliveredBucket {
  readonly bucketId: string;
  readonly body: string;
}

/** One received message, owned by its consumer until it is settled or its ownership runs out. */
export interface Delivery {
  /** The broker's id of it, unique on its channel. */
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  /** 1 for the first delivery, one more each time an owner was lost. Giving it back starts anew. */
  readonly deliveryCount: number;
  /** True where its worker was lost `maxDeliveries` times, the last time while it ran alone. To be given up, not run. */
  readonly isExhausted: boolean;
  /**
   * The bucket that it has waited for, where that was the only one and the broker has sent it along: it need not be read
   * then. A broker may always leave it out.
   */
  readonly input?: DeliveredBucket;
  /**
   * Ends it: everything in the settlement is committed, then the promise resolves.
   *
   * Exactly one settlement wins. Rejects with LostOwnershipError, having committed nothing, when it is settled already
   * or another consumer has taken it over; with BrokerUnavailableError when the broker could not be reached, and then
   * it may be called again.
   */
  settle(settlement: Settlement): Promise<void>;
}
