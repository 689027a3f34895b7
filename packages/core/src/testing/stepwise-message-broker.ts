import type {
  CancelOptions,
  ChannelAdministration,
  ConsumeOptions,
  Consumer,
  JobInspection,
  JobLocation,
  JobReference,
  MessageBroker,
  MessageBrokerCapabilities,
} from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import type { OutgoingMessage } from '../message/index.js';
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
 * published before that id is free. It is lost when the process dies between the last step and this one.
 */
export class StepwiseMessageBroker implements MessageBroker {
  readonly name: string;
  readonly capabilities: MessageBrokerCapabilities;
  readonly clock: Clock;
  readonly channels: ChannelAdministration;

  constructor(private readonly wrapped: MessageBroker) {
    this.name = wrapped.name;
    this.capabilities = { ...wrapped.capabilities, atomicSettlement: false };
    this.clock = wrapped.clock;
    this.channels = wrapped.channels;
  }

  connect(): Promise<void> {
    return this.wrapped.connect();
  }

  disconnect(): Promise<void> {
    return this.wrapped.disconnect();
  }

  join(buckets: BucketBroker): Promise<boolean> {
    return this.wrapped.join(buckets);
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.wrapped.publish(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    return new StepwiseConsumer(await this.wrapped.consume(options), this.wrapped);
  }

  locate(channel: string, jobId: string): Promise<JobLocation | undefined> {
    return this.wrapped.locate(channel, jobId);
  }

  inspect(channel: string, jobId: string): Promise<JobInspection | undefined> {
    return this.wrapped.inspect(channel, jobId);
  }

  waiters(bucketId: string): Promise<readonly JobReference[]> {
    return this.wrapped.waiters(bucketId);
  }

  cancel(channel: string, jobId: string, options?: CancelOptions): Promise<JobLocation | undefined> {
    return this.wrapped.cancel(channel, jobId, options);
  }
}
