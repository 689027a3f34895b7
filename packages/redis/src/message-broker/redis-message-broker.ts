import { randomUUID } from 'node:crypto';
import {
  type BucketBroker,
  type CancelOptions,
  type ConsumeOptions,
  type Consumer,
  type JobInspection,
  type JobPlace,
  type JobReference,
  type MessageBroker,
  type OutgoingMessage,
  checkChannelName,
  checkOutgoingMessage,
} from '@repid/core';
import { RedisBucketBroker } from '../bucket-broker/redis-bucket-broker.js';
import { cancel, inspect, locate, waiters } from '../commands/jobs.js';
import type { Connection } from '../connection/connection.js';
import type { TimeSample } from '../connection/handshake.js';
import { Reader } from '../connection/reader.js';
import { type Connections, RedisBroker } from '../connection/redis-broker.js';
import { ServerClock } from '../connection/server-clock.js';
import { ClientSource, type RedisConnection } from '../connection/source.js';
import { Keys } from '../keys.js';
import {
  type RedisMessageBrokerOptions,
  type ResolvedMessageBrokerOptions,
  resolveMessageBrokerOptions,
} from '../options/broker-options.js';
import { Publisher } from './publisher.js';
import { RedisChannels } from './redis-channels.js';
import { RedisConsumer } from './redis-consumer.js';
import { Settler } from './settler.js';
import { TransactionalStores } from './transactional-stores.js';

/** Moves messages through Redis streams, in the format of the Python library repid 2.x. */
export class RedisMessageBroker extends RedisBroker<Connections> implements MessageBroker {
  /** The server's time, so that all machines agree. Before the broker is connected, the machine's. */
  readonly clock = new ServerClock(() => this.life.current?.commands.ping());
  readonly capabilities = {
    delay: true,
    priority: true,
    jobIds: true,
    dependencies: true,
    atomicSettlement: true,
    deadLetters: true,
    administration: true,
  } as const;
  readonly channels: RedisChannels;

  private readonly options: ResolvedMessageBrokerOptions;
  private readonly stores = new TransactionalStores();
  private readonly publisher: Publisher;
  private readonly settler: Settler;
  private readonly consumers = new Set<RedisConsumer>();
  private readonly connection = (): Connection => this.use().commands;

  /**
   * @param redis a URL, options of ioredis, or an instance of it (version 5 or 6, or a cluster). An instance is
   *   duplicated for the broker's connections and not changed.
   * @throws InvalidOptionError if an option is unknown or wrong
   */
  constructor(redis: RedisConnection, options: RedisMessageBrokerOptions = {}) {
    const source = new ClientSource(redis);
    const resolved = resolveMessageBrokerOptions(options, source.cluster);
    const { prefix, deadLetters, ownershipTime, publishTimeout: timeout, fastPaths } = resolved;
    super(source, new Keys(prefix, deadLetters), ['repid-commands', 'repid-subscriber'], { ...resolved, timeout });
    this.options = resolved;
    this.publisher = new Publisher(this.keys, this.connection, fastPaths);
    this.settler = new Settler(
      this.keys,
      this.connection,
      { ownershipTime, timeout, now: () => this.clock.now(), fastPaths },
      this.stores,
    );
    this.channels = new RedisChannels(
      this.keys,
      this.connection,
      {
        onChanged: async () => {
          await Promise.all([...this.consumers].map((consumer) => consumer.pollNow()));
        },
        onDeleted: (channel) => this.publisher.forget(channel),
      },
      () => this.stores.areAny,
    );
  }

  /** Writes nothing: see `isSameServer`. */
  async join(buckets: BucketBroker): Promise<boolean> {
    this.use();
    const isHere = buckets instanceof RedisBucketBroker && (await this.sharesKeysWith(buckets));
    if (isHere) this.stores.add(buckets);
    return isHere;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    this.use();
    for (const message of messages) {
      checkOutgoingMessage(message);
      this.stores.check(message);
    }
    if (messages.length > 0) await this.publisher.publish(messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    for (const channel of options.channels) checkChannelName(channel);
    const { commands, subscriber } = this.use();
    const name = `repid-${randomUUID()}`;
    const { ownershipTime, maxDeliveries } = this.options;
    const reader = new Reader(this.source, name, { ...this.settings, waitsWhileReceiving: true }, commands);
    const consumer: RedisConsumer = new RedisConsumer(
      {
        ...{ name, keys: this.keys, commands: this.connection, reader, subscriber },
        ...{ settler: this.settler, stores: this.stores, ownershipTime, maxDeliveries },
        onClose: () => this.consumers.delete(consumer),
      },
      options,
    );
    this.consumers.add(consumer);
    try {
      await reader.open();
      await consumer.open();
      return consumer;
    } catch (problem) {
      await consumer.close();
      throw problem;
    }
  }

  async locate(jobId: string): Promise<JobPlace | undefined> {
    return locate(this.connection(), this.keys, jobId);
  }

  async inspect(jobId: string): Promise<JobInspection | undefined> {
    return inspect(this.connection(), this.keys, jobId);
  }

  async waiters(bucketId: string): Promise<readonly JobReference[]> {
    return waiters(this.connection(), this.keys, bucketId);
  }

  async cancel(jobId: string, { result }: CancelOptions = {}): Promise<JobInspection | undefined> {
    if (result) this.stores.check({ clears: [{ id: jobId, into: result.into }] });
    return cancel(this.connection(), this.keys, jobId, result?.exception ?? '');
  }

  protected override prepare(connections: Connections): Connections {
    return connections;
  }

  protected override async finish(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.close()));
    await Promise.all([this.publisher.idle(), this.settler.idle()]);
  }

  protected override noteTime(sample: TimeSample): void {
    this.clock.note(sample);
  }
}
