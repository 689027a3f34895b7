import type { Message, Priority } from '../message/message.js';
import type { Settlement } from './settlement.js';

/** A bucket that is sent with a delivery. */
export interface DeliveredBucket {
  readonly bucketId: string;
  readonly body: string;
}

/** One received message. Its consumer owns it until it is settled or the ownership expires. */
export interface Delivery {
  /** The broker's id of the delivery, unique in its channel. */
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  /** 1 for the first delivery, plus one for each lost owner. Returning the message to the channel resets it. */
  readonly deliveryCount: number;
  /**
   * True if the message lost its worker `maxDeliveries` times, the last two times while it ran alone. It must be
   * refused, not run.
   */
  readonly isExhausted: boolean;
  /**
   * The only bucket that the message waited for, if the broker inlined it in the delivery. The consumer then need not
   * read it. A broker may always leave it out.
   */
  readonly inlinedResult?: DeliveredBucket;
  /**
   * Commits everything in the settlement, then resolves.
   *
   * Exactly one settlement wins. Rejects with LostOwnershipError, without committing anything, if the delivery is
   * already settled or another consumer has taken it over. Rejects with BrokerUnavailableError if the broker cannot be
   * reached; the call may then be repeated.
   */
  settle(settlement: Settlement): Promise<void>;
}
