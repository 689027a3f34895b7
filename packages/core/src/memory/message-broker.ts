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
import type { Clock } from '../clock/index.js';
import { BrokerClosedError } from '../errors/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { InMemoryChannelAdministration } from './administration.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import { InMemoryConsumer } from './consumer.js';
import {
  type InMemoryMessageBrokerOptions,
  type MessageBrokerSettings,
  resolveMessageBrokerOptions,
} from './options.js';
import { MessageStore } from './store.js';

/**
 * Keeps messages in this process: for tests, and for programs that need not survive a restart.
 * It has every capability, and is the reference implementation of the contract.
 *
 * Messages survive `disconnect()`; they are gone with the object.
 */
export class InMemoryMessageBroker implements MessageBroker {
  readonly name = 'in-memory';
  readonly capabilities = {
    delay: true,
    priority: true,
    jobIds: true,
    dependencies: true,
    atomicSettlement: true,
    deadLetters: true,
    administration: true,
  } as const;
  readonly clock: Clock;
  readonly channels: InMemoryChannelAdministration;
  readonly #settings: MessageBrokerSettings;
  readonly #store: MessageStore;
  readonly #consumers = new Set<InMemoryConsumer>();
  #isConnected = false;

  /** @throws InvalidOptionError for an unknown option or an invalid value */
  constructor(options: InMemoryMessageBrokerOptions = {}) {
    this.#settings = resolveMessageBrokerOptions(options);
    this.clock = this.#settings.clock;
    this.#store = new MessageStore(this.#settings);
    this.channels = new InMemoryChannelAdministration(
      () => this.#connectedStore(),
      (channel) => [...this.#consumers].filter((consumer) => consumer.takesFrom(channel)).length,
    );
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
    for (const name of options.channels) store.channels.named(name);
    const consumer = new InMemoryConsumer(options, {
      ownershipTime: this.#settings.ownershipTime,
      settle: (delivery, settlement) => this.#connectedStore().settle(delivery, settlement),
      channelNamed: (name) => store.channels.named(name),
      onClose: (closed) => this.#consumers.delete(closed),
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async locate(jobId: string): Promise<JobPlace | undefined> {
    return this.#connectedStore().locate(jobId);
  }

  async inspect(jobId: string): Promise<JobInspection | undefined> {
    return this.#connectedStore().inspect(jobId);
  }

  async waiters(bucketId: string): Promise<readonly JobReference[]> {
    return this.#connectedStore().waiters(bucketId);
  }

  async cancel(jobId: string, options: CancelOptions = {}): Promise<JobInspection | undefined> {
    return this.#connectedStore().cancel(jobId, options);
  }

  #connectedStore(): MessageStore {
    if (!this.#isConnected) throw new BrokerClosedError(this.name);
    return this.#store;
  }
}
