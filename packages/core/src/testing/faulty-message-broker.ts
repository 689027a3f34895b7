import type {
  CancelOptions,
  ConsumeOptions,
  Consumer,
  JobInspection,
  JobPlace,
  JobReference,
  MessageBroker,
} from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { unwrapped, unwrappedMessage, unwrappedWrite } from './faulty-bucket-broker.js';
import { FaultyConsumer } from './faulty-consumer.js';
import type { Faults } from './faults.js';
import { ForwardingMessageBroker } from './forwarding-message-broker.js';

/**
 * A message broker with planned faults: a call fails before, during or after it is carried out, once or for good. Shows
 * how your jobs behave if the process dies at that point.
 *
 * ```ts
 * const faults = new Faults().strike('settle', 'after', { fatal: true });
 * const messageBroker = new FaultyMessageBroker(new InMemoryMessageBroker(), faults);
 * const resultsBucketBroker = new FaultyBucketBroker(new InMemoryBucketBroker(), faults);
 * ```
 *
 * Several may wrap one broker: each stands for a process, and one continues when another dies. Channel administration,
 * connecting and disconnecting always work.
 */
export class FaultyMessageBroker extends ForwardingMessageBroker {
  constructor(
    wrapped: MessageBroker,
    private readonly faults: Faults,
  ) {
    super(wrapped);
  }

  override join(buckets: BucketBroker): Promise<boolean> {
    return this.wrapped.join(unwrapped(buckets));
  }

  override publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.faults.around('publish', () => this.wrapped.publish(messages.map(unwrappedMessage)));
  }

  override async consume(options: ConsumeOptions): Promise<Consumer> {
    const consumer = await this.faults.around('consume', () => this.wrapped.consume(options));
    return new FaultyConsumer(consumer, this.faults, options.onProblem);
  }

  override locate(jobId: string): Promise<JobPlace | undefined> {
    return this.faults.around('locate', () => this.wrapped.locate(jobId));
  }

  override inspect(jobId: string): Promise<JobInspection | undefined> {
    return this.faults.around('inspect', () => this.wrapped.inspect(jobId));
  }

  override waiters(bucketId: string): Promise<readonly JobReference[]> {
    return this.faults.around('waiters', () => this.wrapped.waiters(bucketId));
  }

  override cancel(jobId: string, { result }: CancelOptions = {}): Promise<JobInspection | undefined> {
    const options = { result: result && unwrappedWrite(result) };
    return this.faults.around('cancel', () => this.wrapped.cancel(jobId, options));
  }
}
