import type { ConsumeOptions, Consumer, MessageBroker, MessageBrokerCapabilities } from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import { ForwardingMessageBroker } from './forwarding-message-broker.js';
import { StepwiseConsumer } from './stepwise-consumer.js';

/**
 * A message broker that commits no settlement as one act, made of one that does: it stores the result, publishes the
 * followers, then acknowledges. It stands for the many brokers that can't do better; where it wraps a `FaultyMessageBroker`,
 * that one dies between the steps.
 *
 * What it promises: nothing is lost. A process that dies between two steps leaves the message to be delivered again, the
 * actor runs again and all steps are made again. Followers that the broker still holds are not published again, for their
 * ids are the same each time; one that has ended meanwhile runs once more. So actors should do no harm when run twice.
 *
 * The exception is a follower under the id of the settled message itself, the next run of a recurring job: it can't be
 * published before that id is free. It is lost when the process dies between the last step and this one. So it is with a job that
 * the settled one delegates to, whose result takes its place.
 */
export class StepwiseMessageBroker extends ForwardingMessageBroker {
  override readonly capabilities: MessageBrokerCapabilities;

  private readonly joined = new Set<BucketBroker>();

  constructor(wrapped: MessageBroker) {
    super(wrapped);
    this.capabilities = { ...wrapped.capabilities, atomicSettlement: false };
  }

  override async join(buckets: BucketBroker): Promise<boolean> {
    const isJoined = await this.wrapped.join(buckets);
    if (isJoined) this.joined.add(buckets);
    return isJoined;
  }

  override async consume(options: ConsumeOptions): Promise<Consumer> {
    return new StepwiseConsumer(await this.wrapped.consume(options), this.wrapped, this.joined);
  }
}
