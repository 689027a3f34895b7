import type { ConsumeOptions, Consumer, MessageBroker, MessageBrokerCapabilities } from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import { ForwardingMessageBroker } from './forwarding-message-broker.js';
import { StepwiseConsumer } from './stepwise-consumer.js';

/**
 * A message broker without atomic settlement, made from one that has it: it stores the result, publishes the followers,
 * then acknowledges. It stands for the many brokers that cannot do better. If it wraps a `FaultyMessageBroker`, faults
 * can strike between the steps.
 *
 * Nothing is lost: if a process dies between two steps, the message is delivered again, the actor runs again and all
 * steps are repeated. Followers that the broker still holds are not published again, because their ids are the same; a
 * follower that has ended meanwhile runs once more. So actors should be idempotent.
 *
 * The exception is a follower with the id of the settled message itself, the next run of a recurring job: it cannot be
 * published before that id is free. It is lost if the process dies between the acknowledgement and publishing it. The
 * same holds for a job that the settled one delegates to, which takes over its result.
 */
export class StepwiseMessageBroker extends ForwardingMessageBroker {
  override readonly capabilities: MessageBrokerCapabilities;

  private readonly transactional = new Set<BucketBroker>();

  constructor(wrapped: MessageBroker) {
    super(wrapped);
    this.capabilities = { ...wrapped.capabilities, atomicSettlement: false };
  }

  override async join(buckets: BucketBroker): Promise<boolean> {
    const isTransactional = await this.wrapped.join(buckets);
    if (isTransactional) this.transactional.add(buckets);
    return isTransactional;
  }

  override async consume(options: ConsumeOptions): Promise<Consumer> {
    return new StepwiseConsumer(await this.wrapped.consume(options), this.wrapped, this.transactional);
  }
}
