import { checkSettlement, type Consumer, type Delivery, type MessageBroker, type Settlement } from '../broker/index.js';
import { DuplicateJobError, LostOwnershipError } from '../errors/index.js';
import { HEADER, type Message, type OutgoingMessage, type Priority } from '../message/index.js';

/** Hands out deliveries that are settled step by step. */
export class StepwiseConsumer implements Consumer {
  readonly ownershipTime: number;

  constructor(
    private readonly wrapped: Consumer,
    private readonly broker: MessageBroker,
  ) {
    this.ownershipTime = wrapped.ownershipTime;
  }

  async receive(max: number, options: { readonly wait: boolean }): Promise<readonly Delivery[]> {
    const deliveries = await this.wrapped.receive(max, options);
    return deliveries.map((delivery) => new StepwiseDelivery(delivery, this.wrapped, this.broker));
  }

  wake(): void {
    this.wrapped.wake();
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const wrapped = deliveries.map((delivery) => (delivery as StepwiseDelivery).wrapped);
    const lost = new Set(await this.wrapped.extend(wrapped));
    return deliveries.filter((_, n) => lost.has(wrapped[n]!));
  }

  close(): Promise<void> {
    return this.wrapped.close();
  }
}

class StepwiseDelivery implements Delivery {
  readonly id: string;
  readonly message: Message;
  readonly priority: Priority;
  readonly deliveryCount: number;
  readonly isExhausted: boolean;

  constructor(
    readonly wrapped: Delivery,
    private readonly consumer: Consumer,
    private readonly broker: MessageBroker,
  ) {
    this.id = wrapped.id;
    this.message = wrapped.message;
    this.priority = wrapped.priority;
    this.deliveryCount = wrapped.deliveryCount;
    this.isExhausted = wrapped.isExhausted;
  }

  /** The result first, since followers may read it; the acknowledgement last, since it ends the chance to do all of it again. */
  async settle(settlement: Settlement): Promise<void> {
    checkSettlement(this.message.channel, settlement);
    const { outcome, releases, bucket, publish = [] } = settlement;
    await this.requireOwnership();
    if (bucket) await bucket.into.store([bucket]);
    await this.publishEach(publish.filter((follower) => !this.takesOwnId(follower)));
    await this.wrapped.settle({ outcome, releases });
    await this.publishEach(publish.filter((follower) => this.takesOwnId(follower)));
  }

  private async requireOwnership(): Promise<void> {
    const lost = await this.consumer.extend([this.wrapped]);
    if (lost.length > 0) throw new LostOwnershipError(this.id, this.message.channel);
  }

  private takesOwnId({ id, channel }: OutgoingMessage): boolean {
    return id !== undefined && id === this.message.headers[HEADER.id] && channel === this.message.channel;
  }

  /** One that is there already is left out. */
  private async publishEach(followers: readonly OutgoingMessage[]): Promise<void> {
    for (const follower of followers) {
      await this.broker.publish([follower]).catch((problem: unknown) => {
        if (!(problem instanceof DuplicateJobError)) throw problem;
      });
    }
  }
}
