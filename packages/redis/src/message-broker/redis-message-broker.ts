import { randomUUID } from 'node:crypto';
import {
  BrokerClosedError,
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
import { Lifecycle } from '../connection/lifecycle.js';
import { openCommands } from '../connection/open-commands.js';
import { Reader } from '../connection/reader.js';
import { ServerClock } from '../connection/server-clock.js';
import type { TimeSample } from '../connection/handshake.js';
import { ClientSource, type RedisConnection } from '../connection/source.js';
import { limitedReports } from '../connection/reports.js';
import { Subscriber } from '../connection/subscriber.js';
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

interface Opened {
  readonly commands: Connection;
  readonly subscriber: Subscriber;
}

/** Moves messages through Redis streams, in the format of the Python library repid 2.x. */
export class RedisMessageBroker implements MessageBroker {
  readonly name = 'redis';
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

  private readonly source: ClientSource;
  private readonly options: ResolvedMessageBrokerOptions;
  private readonly keys: Keys;
  private readonly stores = new TransactionalStores();
  private readonly publisher: Publisher;
  private readonly settler: Settler;
  private readonly consumers = new Set<RedisConsumer>();
  private readonly connection = (): Connection => this.opened();
  private readonly report = limitedReports((problem) => this.options.onProblem(problem));
  private readonly life = new Lifecycle(
    this.name,
    (signal) => this.open(signal),
    (opened) => this.close(opened),
  );

  /**
   * @param redis a URL, options of ioredis, or an instance of it (version 5 or 6, or a cluster). An instance is
   *   duplicated for the broker's connections and not changed.
   * @throws InvalidOptionError where an option is unknown or wrong
   */
  constructor(redis: RedisConnection, options: RedisMessageBrokerOptions = {}) {
    this.source = new ClientSource(redis);
    this.options = resolveMessageBrokerOptions(options, this.source.cluster);
    const { prefix, deadLetters, ownershipTime, publishTimeout: timeout, fastPaths } = this.options;
    this.keys = new Keys(prefix, deadLetters);
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
          await Promise.all([...this.consumers].map((consumer) => consumer.lookNow()));
        },
        onDeleted: (channel) => this.publisher.forget(channel),
      },
      () => this.stores.areAny,
    );
  }

  /** @throws BrokerUnavailableError, BrokerRefusedError, UnsupportedError */
  async connect(): Promise<void> {
    await this.life.open();
  }

  async disconnect(): Promise<void> {
    await this.life.close();
  }

  /** Writes nothing: see `isSamePlace`. */
  async join(buckets: BucketBroker): Promise<boolean> {
    const commands = this.opened();
    if (!(buckets instanceof RedisBucketBroker) || buckets.prefix !== this.options.prefix) return false;
    const isHere = await buckets.isAt({ source: this.source, settings: this.settings, commands });
    if (isHere) this.stores.add(buckets);
    return isHere;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    this.opened();
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
    const { ownershipTime, maxDeliveries, connectTimeout } = this.options;
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
      await reader.open(connectTimeout);
      await consumer.open();
      return consumer;
    } catch (problem) {
      await consumer.close();
      throw problem;
    }
  }

  async locate(jobId: string): Promise<JobPlace | undefined> {
    return locate(this.opened(), this.keys, jobId);
  }

  async inspect(jobId: string): Promise<JobInspection | undefined> {
    return inspect(this.opened(), this.keys, jobId);
  }

  async waiters(bucketId: string): Promise<readonly JobReference[]> {
    return waiters(this.opened(), this.keys, bucketId);
  }

  async cancel(jobId: string, { result }: CancelOptions = {}): Promise<JobInspection | undefined> {
    if (result) this.stores.check({ clears: [{ id: jobId, into: result.into }] });
    return cancel(this.opened(), this.keys, jobId, result?.exception ?? '');
  }

  private get settings() {
    const { connectTimeout, publishTimeout: timeout, prefix } = this.options;
    return { connectTimeout, timeout, onProblem: this.report, prefix, key: this.keys.probe };
  }

  private opened(): Connection {
    return this.use().commands;
  }

  private use(): Opened {
    const { current } = this.life;
    if (!current) throw new BrokerClosedError(this.name);
    return current;
  }

  private async open(signal: AbortSignal): Promise<Opened> {
    const { settings } = this;
    const timed = { ...settings, onTime: (sample: TimeSample) => this.clock.note(sample) };
    const commands = await openCommands(this.source, 'repid-commands', { ...timed, signal });
    const subscriber = new Subscriber(this.source, 'repid-subscriber', settings.connectTimeout, settings);
    commands.onDemoted(() => subscriber.reset());
    return { commands, subscriber };
  }

  private async close({ commands, subscriber }: Opened): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.close()));
    await Promise.all([this.publisher.idle(), this.settler.idle()]);
    subscriber.close();
    commands.close();
  }
}
