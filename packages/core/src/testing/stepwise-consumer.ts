import {
  checkSettlement,
  type Consumer,
  type Delivery,
  type MessageBroker,
  type ReceiveOptions,
  type Settlement,
} from '../broker/index.js';
import { DuplicateJobError, LostOwnershipError } from '../errors/index.js';
import {
  HEADER,
  type Message,
  type OutgoingMessage,
  ownArgsBucketOf,
  type Priority,
  resultBucketOf,
} from '../message/index.js';
import type { BucketBroker, BucketWrite } from '../bucket/index.js';

/** Receives deliveries that are settled step by step. */
export class StepwiseConsumer implements Consumer {
  readonly ownershipTime: number;

  constructor(
    private readonly wrapped: Consumer,
    private readonly broker: MessageBroker,
    private readonly transactional: ReadonlySet<BucketBroker>,
  ) {
    this.ownershipTime = wrapped.ownershipTime;
  }

  get hasSuspects(): boolean {
    return this.wrapped.hasSuspects;
  }

  isPaused(channel: string): boolean {
    return this.wrapped.isPaused(channel);
  }

  async receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]> {
    const deliveries = await this.wrapped.receive(max, options);
    return deliveries.map((delivery) => new StepwiseDelivery(delivery, this.wrapped, this.broker, this.transactional));
  }

  wake(): void {
    this.wrapped.wake();
  }

  markStarted(delivery: Delivery): Promise<void> {
    return this.wrapped.markStarted((delivery as StepwiseDelivery).wrapped);
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
    private readonly transactional: ReadonlySet<BucketBroker>,
  ) {
    this.id = wrapped.id;
    this.message = wrapped.message;
    this.priority = wrapped.priority;
    this.deliveryCount = wrapped.deliveryCount;
    this.isExhausted = wrapped.isExhausted;
  }

  /**
   * Stores the result first, since followers may read it; acknowledges last, since that ends the chance to repeat the
   * steps.
   */
  async settle(settlement: Settlement): Promise<void> {
    checkSettlement(this.message.channel, settlement);
    const { outcome, releases, bucket, publish = [] } = settlement;
    await this.requireOwnership();
    const withOwnId = publish.filter((follower) => this.takesOwnId(follower));
    const args = await this.readOwnArgs(withOwnId);
    if (bucket) await bucket.into.store([bucket]);
    await this.publishEach(publish.filter((follower) => !withOwnId.includes(follower)));
    await this.wrapped.settle({ outcome, releases });
    for (const { into, ...record } of args) await into.store([record]);
    await this.publishEach(withOwnId);
  }

  private async requireOwnership(): Promise<void> {
    const lost = await this.consumer.extend([this.wrapped]);
    if (lost.length > 0) throw new LostOwnershipError(this.id, this.message.channel);
  }

  /** True if the follower uses an id of the settled message, which must be free first. */
  private takesOwnId({ id, resultId }: OutgoingMessage): boolean {
    const { headers } = this.message;
    const own = new Set([headers[HEADER.id], resultBucketOf(headers)]);
    return [id, resultId].some((each) => each !== undefined && own.has(each));
  }

  /** The own arguments of the settled message, if a follower uses the same bucket. */
  private async readOwnArgs(withOwnId: readonly OutgoingMessage[]): Promise<BucketWrite[]> {
    const id = ownArgsBucketOf(this.message.headers);
    if (id === undefined || !withOwnId.some(({ headers }) => ownArgsBucketOf(headers) === id)) return [];
    const found: BucketWrite[] = [];
    for (const into of this.transactional) {
      const [body] = await into.get([id]);
      if (body !== undefined) found.push({ id, body, ttl: null, success: true, into });
    }
    return found;
  }

  /** Publishes each follower; leaves out those that exist already. */
  private async publishEach(followers: readonly OutgoingMessage[]): Promise<void> {
    for (const follower of followers) {
      await this.broker.publish([follower]).catch((problem: unknown) => {
        if (!(problem instanceof DuplicateJobError)) throw problem;
      });
    }
  }
}
