import { describe, it } from 'vitest';
import {
  type ChannelAdministration,
  type ConsumeOptions,
  type MessageBroker,
  type MessageBrokerCapabilities,
  requireCapability,
} from '../broker/index.js';
import type { BucketBroker } from '../bucket/index.js';
import { AdjustableClock } from '../clock/index.js';
import { type BrokerOptions, messageBrokerConformance } from '../conformance/index.js';
import type { OutgoingMessage } from '../message/index.js';
import { InMemoryBucketBroker, InMemoryMessageBroker } from './index.js';

const NOTHING: MessageBrokerCapabilities = {
  delay: false,
  priority: false,
  dependencies: false,
  jobIds: false,
  atomicSettlement: false,
  deadLetters: false,
  administration: false,
};

/** A broker that can only publish, consume and settle, and says so. */
class LimitedBroker implements MessageBroker {
  readonly name = 'limited';
  readonly capabilities = NOTHING;
  readonly channels = administrationOf(this);
  readonly #whole: InMemoryMessageBroker;

  constructor(
    options: BrokerOptions,
    readonly clock = new AdjustableClock(),
  ) {
    this.#whole = new InMemoryMessageBroker({ ...options, clock });
  }

  connect = () => this.#whole.connect();
  disconnect = () => this.#whole.disconnect();
  join = (buckets: BucketBroker) => this.#whole.join(buckets);
  consume = (options: ConsumeOptions) => this.#whole.consume(options);

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    for (const { id, priority, dueAt, delay, waits } of messages) {
      if (waits !== undefined) refuse(this, 'dependencies');
      if (dueAt !== undefined || delay !== undefined) refuse(this, 'delay');
      if (priority !== undefined) refuse(this, 'priority');
      if (id !== undefined) refuse(this, 'jobIds');
    }
    await this.#whole.publish(messages);
  }

  async locate(): Promise<never> {
    return refuse(this, 'jobIds');
  }

  async inspect(): Promise<never> {
    return refuse(this, 'jobIds');
  }

  async waiters(): Promise<never> {
    return refuse(this, 'dependencies');
  }

  async cancel(): Promise<never> {
    return refuse(this, 'jobIds');
  }
}

function administrationOf(broker: MessageBroker): ChannelAdministration {
  const administer = async (): Promise<never> => refuse(broker, 'administration');
  const deadLetters = async (): Promise<never> => refuse(broker, 'deadLetters');
  const names = ['declare', 'stats', 'peek', 'pause', 'resume', 'purge', 'delete'] as const;
  const administration = Object.fromEntries(names.map((name) => [name, administer]));
  return {
    ...administration,
    deadLetters,
    replayDeadLetters: deadLetters,
    deleteDeadLetters: deadLetters,
  } as unknown as ChannelAdministration;
}

function refuse(broker: MessageBroker, capability: keyof MessageBrokerCapabilities): never {
  requireCapability(broker, capability, 'This');
  throw new Error(`The broker has "${capability}" after all.`);
}

describe('a broker that lacks every capability', () => {
  messageBrokerConformance({
    describe,
    it: it.concurrent,
    createBroker: (options) => new LimitedBroker(options ?? {}),
    createBuckets: () => new InMemoryBucketBroker(),
    advance: (broker, milliseconds) => (broker as LimitedBroker).clock.advance(milliseconds),
  });
});
