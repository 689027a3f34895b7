import type { CancelOptions, ConsumeOptions, Consumer, JobLocation, MessageBroker } from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import { AdjustableClock, type Clock } from '../clock/index.js';
import { type Duration, toMilliseconds } from '../duration/index.js';
import { BrokerClosedError } from '../errors/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { InMemoryChannelAdministration } from './administration.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import { InMemoryConsumer } from './consumer.js';
import { checkMessageBrokerOptions } from './options.js';
import { MessageStore } from './store.js';

/** How an in-memory message broker works. */
export interface InMemoryMessageBrokerOptions {
  /** Delays and ownership run by this clock. @default a new AdjustableClock */
  readonly clock?: Clock;
  /** How long a delivery is owned without being extended: milliseconds, or text such as `'30s'`. @default '30s' */
  readonly ownershipTime?: Duration;
  /** How many deliveries a message gets before it goes to the dead letters. @default 5 */
  readonly maxDeliveries?: number;
}

/**
 * Moves messages within this process: for tests, and for programs that need not survive a restart.
 * It can all that a broker can, and is the reference for what that means.
 *
 * What it holds outlives `disconnect()`, and is gone with the object.
 */
export class InMemoryMessageBroker implements MessageBroker {
  readonly name = 'in-memory';
  readonly capabilities = {
    delay: true,
    priority: true,
    jobIds: true,
    atomicSettlement: true,
    deadLetters: true,
    administration: true,
  } as const;
  readonly clock: Clock;
  readonly channels: InMemoryChannelAdministration;
  readonly #ownershipTime: number;
  readonly #store: MessageStore;
  readonly #consumers = new Set<InMemoryConsumer>();
  #isConnected = false;

  /** @throws InvalidOptionError when an option is unknown or of the wrong type */
  constructor(options: InMemoryMessageBrokerOptions = {}) {
    checkMessageBrokerOptions(options);
    const { clock = new AdjustableClock(), ownershipTime = '30s', maxDeliveries = 5 } = options;
    this.clock = clock;
    this.#ownershipTime = toMilliseconds(ownershipTime, 'ownershipTime');
    this.#store = new MessageStore({ clock, ownershipTime: this.#ownershipTime, maxDeliveries });
    this.channels = new InMemoryChannelAdministration(() => this.#connectedStore());
  }

  async connect(): Promise<void> {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#store.wakeUp();
  }

  async disconnect(): Promise<void> {
    this.#isConnected = false;
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    this.#store.sleep();
  }

  async join(buckets: BucketBroker): Promise<boolean> {
    if (!(buckets instanceof InMemoryBucketBroker)) return false;
    this.#store.join(buckets);
    return true;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    this.#connectedStore().publish(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const store = this.#connectedStore();
    for (const name of options.channels) store.channelNamed(name);
    const consumer = new InMemoryConsumer(options, {
      ownershipTime: this.#ownershipTime,
      settle: (delivery, settlement) => this.#connectedStore().settle(delivery, settlement),
      channelNamed: (name) => store.channelNamed(name),
      onClose: (closed) => this.#consumers.delete(closed),
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async locate(channel: string, jobId: string): Promise<JobLocation | undefined> {
    return this.#connectedStore().channel(channel).locate(jobId);
  }

  async cancel(channel: string, jobId: string, options: CancelOptions = {}): Promise<JobLocation | undefined> {
    return this.#connectedStore().cancel(channel, jobId, options);
  }

  #connectedStore(): MessageStore {
    if (!this.#isConnected) throw new BrokerClosedError(this.name);
    return this.#store;
  }
}
