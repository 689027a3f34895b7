import type { Consumer, Delivery, ReceiveOptions, Settlement } from '../broker/index.js';
import type { Message, Priority } from '../message/index.js';
import { unwrappedMessage, unwrappedWrite } from './faulty-bucket-broker.js';
import type { Faults } from './faults.js';

/** A consumer with planned faults. A failing `receive` does not reject; the fault is reported to `onProblem`. */
export class FaultyConsumer implements Consumer {
  readonly ownershipTime: number;
  private wakes = 0;

  constructor(
    private readonly wrapped: Consumer,
    private readonly faults: Faults,
    private readonly onProblem: (problem: Error) => void = () => {},
  ) {
    this.ownershipTime = wrapped.ownershipTime;
    faults.onDeath(() => void wrapped.close());
  }

  get hasSuspects(): boolean {
    return this.wrapped.hasSuspects;
  }

  isPaused(channel: string): boolean {
    return this.wrapped.isPaused(channel);
  }

  async receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]> {
    const { wakes } = this;
    do {
      try {
        return await this.receiveOnce(max, options);
      } catch (problem) {
        if (!this.faults.isDead) this.onProblem(problem as Error);
      }
    } while (options.wait && !this.faults.isDead && this.wakes === wakes);
    return [];
  }

  wake(): void {
    this.wakes += 1;
    this.wrapped.wake();
  }

  markStarted(delivery: Delivery): Promise<void> {
    return this.faults.around('markStarted', () => this.wrapped.markStarted((delivery as FaultyDelivery).wrapped));
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const wrapped = deliveries.map((delivery) => (delivery as FaultyDelivery).wrapped);
    const lost = new Set(await this.faults.around('extend', () => this.wrapped.extend(wrapped)));
    return deliveries.filter((_, n) => lost.has(wrapped[n]!));
  }

  close(): Promise<void> {
    return this.wrapped.close();
  }

  private async receiveOnce(max: number, options: ReceiveOptions): Promise<Delivery[]> {
    const deliveries = await this.faults.around('receive', () => this.wrapped.receive(max, options));
    return deliveries.map((delivery) => new FaultyDelivery(delivery, this.faults));
  }
}

/** A delivery whose settlement may fail. */
class FaultyDelivery implements Delivery {
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  readonly deliveryCount: number;
  readonly isExhausted: boolean;

  constructor(
    readonly wrapped: Delivery,
    private readonly faults: Faults,
  ) {
    this.id = wrapped.id;
    this.message = wrapped.message;
    this.priority = wrapped.priority;
    this.deliveryCount = wrapped.deliveryCount;
    this.isExhausted = wrapped.isExhausted;
  }

  settle(settlement: Settlement): Promise<void> {
    return this.faults.around('settle', () => this.wrapped.settle(unwrappedSettlement(settlement)));
  }
}

function unwrappedSettlement(settlement: Settlement): Settlement {
  const { bucket, publish } = settlement;
  return { ...settlement, bucket: bucket && unwrappedWrite(bucket), publish: publish?.map(unwrappedMessage) };
}
