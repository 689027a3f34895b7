import type {
  CancelOptions,
  ChannelAdministration,
  ConsumeOptions,
  Consumer,
  JobInspection,
  JobPlace,
  JobReference,
  MessageBroker,
  MessageBrokerCapabilities,
} from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import type { Clock } from '../clock/index.js';
import type { OutgoingMessage } from '../message/index.js';

/** Forwards every call to another broker. A subclass overrides only the calls it changes. */
export abstract class ForwardingMessageBroker implements MessageBroker {
  readonly name: string;
  readonly capabilities: MessageBrokerCapabilities;
  readonly clock: Clock;
  readonly channels: ChannelAdministration;

  constructor(protected readonly wrapped: MessageBroker) {
    this.name = wrapped.name;
    this.capabilities = wrapped.capabilities;
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

  consume(options: ConsumeOptions): Promise<Consumer> {
    return this.wrapped.consume(options);
  }

  locate(jobId: string): Promise<JobPlace | undefined> {
    return this.wrapped.locate(jobId);
  }

  inspect(jobId: string): Promise<JobInspection | undefined> {
    return this.wrapped.inspect(jobId);
  }

  waiters(bucketId: string): Promise<readonly JobReference[]> {
    return this.wrapped.waiters(bucketId);
  }

  cancel(jobId: string, options?: CancelOptions): Promise<JobInspection | undefined> {
    return this.wrapped.cancel(jobId, options);
  }
}
