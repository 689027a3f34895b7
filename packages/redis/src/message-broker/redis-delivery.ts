import {
  type DeliveredBucket,
  type Delivery,
  LostOwnershipError,
  type Message,
  type Priority,
  type Settlement,
} from '@repid/core';
import type { InFlight } from './in-flight.js';
import type { Settler } from './settler.js';

/** Where a delivery lies, and which of its owner's deliveries it is. */
export interface Hold {
  readonly entry: string;
  readonly consumer: string;
  readonly jobId: string | undefined;
  /** The bucket of the job's result, where that is another than the job's id. */
  readonly resultId?: string;
  /** The job's own arguments bucket, where it has one. */
  readonly ownArgs?: string;
  /** The bucket that came along with it. */
  readonly input?: DeliveredBucket;
  /** True where its worker was to have nothing else in flight. */
  readonly isAlone?: boolean;
}

/** A message in hand. */
export class RedisDelivery implements Delivery {
  /** When it was last known to be ours, by the process' monotonic clock. */
  ownedSince = performance.now();
  /** The same of when it was delivered. */
  readonly takenAt = this.ownedSince;
  /** Its index among the deliveries in flight. */
  index = -1;
  /** A settlement was sent and its answer never came. */
  uncertain = false;
  /** True once it has run alone for so long that it is not blamed for the end of its worker any more. */
  isAcquitted = false;
  private settled = false;
  private settling: Promise<void> | undefined;

  constructor(
    readonly message: Message,
    readonly priority: Priority,
    readonly deliveryCount: number,
    readonly isExhausted: boolean,
    readonly hold: Hold,
    private readonly settler: Settler,
    private readonly inFlight: InFlight,
  ) {
    inFlight.add(this);
  }

  get id(): string {
    return this.priority === 'medium' ? this.hold.entry : `${this.hold.entry}:${this.priority}`;
  }

  get input(): DeliveredBucket | undefined {
    return this.hold.input;
  }

  get isSettled(): boolean {
    return this.settled;
  }

  async settle(settlement: Settlement): Promise<void> {
    while (this.settling) await this.settling.catch(() => undefined);
    if (this.settled) throw new LostOwnershipError(this.id, this.message.channel);
    this.settling = this.settler.settle(this, settlement);
    try {
      await this.settling;
      this.settled = true;
      this.forget();
    } catch (problem) {
      if (problem instanceof LostOwnershipError) this.forget();
      throw problem;
    } finally {
      this.settling = undefined;
    }
  }

  /** It is not the consumer's any more. */
  forget(): void {
    this.inFlight.delete(this);
  }
}
