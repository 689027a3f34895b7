import type { BucketBroker, BucketWrite } from '../bucket/index.js';
import { Buckets } from '../bucket/buckets.js';
import type { MessageBroker } from '../broker/index.js';
import { BrokerClosedError } from '../errors/index.js';
import { guardedListener, type EventListener, type JobEventListener } from '../events/index.js';
import { ownArgsBucketOf } from '../message/index.js';
import { JSON_CONTENT_TYPE, jsonSerializer, type Serializer } from '../serializer/index.js';
import type { Converter } from '../converter/index.js';
import { HeldBrokers } from './shared-broker.js';

/** The parts of a connection. */
export interface ConnectionParts {
  readonly messageBroker: MessageBroker;
  readonly argsBucketBroker?: BucketBroker;
  readonly resultsBucketBroker?: BucketBroker;
  readonly serializer: Serializer;
  readonly converter: Converter;
  readonly maxPayloadBytes: number;
  readonly onEvent: EventListener;
  readonly onJobEvent?: JobEventListener;
}

/** A message broker with its bucket brokers, serializer and converter. */
export class Connection {
  readonly broker: MessageBroker;
  readonly buckets: Buckets;
  readonly serializer: Serializer;
  readonly converter: Converter;
  readonly maxPayloadBytes: number;
  readonly onEvent: EventListener;
  private guardedJobListener: JobEventListener | undefined;
  private readonly transactional = new Set<BucketBroker>();
  private readonly held: HeldBrokers;
  private isClosed = false;
  private connecting: Promise<void> | undefined;
  private connected: Promise<void> | undefined;
  private disconnecting: Promise<void> | undefined;

  constructor(private readonly parts: ConnectionParts) {
    this.broker = parts.messageBroker;
    const { argsBucketBroker, resultsBucketBroker, serializer, maxPayloadBytes } = parts;
    this.buckets = new Buckets(argsBucketBroker, resultsBucketBroker, serializer, maxPayloadBytes);
    this.held = new HeldBrokers([this.broker, ...this.bucketBrokers]);
    this.serializer = parts.serializer;
    this.converter = parts.converter;
    this.maxPayloadBytes = parts.maxPayloadBytes;
    this.onEvent = guardedListener(parts.onEvent);
    this.onJobEvent = parts.onJobEvent;
  }

  /** Undefined while nobody listens: then these events are not made. */
  get onJobEvent(): JobEventListener | undefined {
    return this.guardedJobListener;
  }

  /** What the listener throws has no effect. */
  set onJobEvent(listener: JobEventListener | undefined) {
    this.guardedJobListener = listener && guardedListener(listener, 'onJobEvent');
  }

  /** Milliseconds since the epoch, by the broker's clock. */
  now(): number {
    return this.broker.clock.now();
  }

  /** Connects every broker once; later calls await the first. Reconnects after `disconnect()`. */
  connect(): Promise<void> {
    this.isClosed = false;
    this.connecting ??= this.attempt();
    return this.connecting;
  }

  /** True if `ready()` resolves immediately. */
  get isReady(): boolean {
    return this.connecting !== undefined && this.connecting === this.connected;
  }

  /** Connects if necessary. @throws BrokerClosedError after `disconnect()`, which must not be undone implicitly */
  ready(): Promise<void> {
    return this.isClosed ? Promise.reject(new BrokerClosedError(this.broker.name)) : this.connect();
  }

  /**
   * Closes the connection. Pending waits reject with BrokerClosedError. Brokers that no other connection of this
   * process uses are disconnected.
   */
  async disconnect(): Promise<void> {
    this.isClosed = true;
    this.connecting = undefined;
    this.buckets.waits.endAll(new BrokerClosedError(this.broker.name));
    this.transactional.clear();
    this.disconnecting = this.held.release();
    await this.disconnecting;
  }

  /** True if the broker's buckets can be part of messages and settlements. */
  isTransactional(broker: BucketBroker): boolean {
    return this.transactional.has(broker);
  }

  /** Stores buckets that cannot be part of a message or settlement, each in its own broker. */
  async storeSeparately(writes: readonly BucketWrite[]): Promise<void> {
    const brokers = new Set(writes.map((write) => write.into));
    await Promise.all([...brokers].map((into) => into.store(writes.filter((write) => write.into === into))));
  }

  /**
   * Deletes a finished job's own arguments bucket if it is in a separate store; in a transactional store the broker
   * deletes it. A failure is reported, and the bucket stays.
   */
  async removeSeparateArgs(headers: Readonly<Record<string, string>>): Promise<void> {
    const { argsBroker } = this.buckets;
    if (argsBroker === undefined || this.isTransactional(argsBroker)) return;
    const bucketId = ownArgsBucketOf(headers);
    if (bucketId === undefined) return;
    await argsBroker.delete([bucketId]).catch((problem: unknown) => this.onEvent({ type: 'broker-problem', problem }));
  }

  /** The serializer for a content type: the JSON serializer for JSON, otherwise the connection's. */
  serializerFor(contentType: string | undefined): Serializer {
    return contentType === JSON_CONTENT_TYPE ? jsonSerializer : this.serializer;
  }

  private get bucketBrokers(): BucketBroker[] {
    const { argsBucketBroker, resultsBucketBroker } = this.parts;
    return [...new Set([argsBucketBroker, resultsBucketBroker])].filter((broker) => broker !== undefined);
  }

  private attempt(): Promise<void> {
    const attempt = this.open().then(
      () => void (this.connected = attempt),
      (error: unknown) => {
        if (this.connecting === attempt) this.connecting = undefined;
        throw error;
      },
    );
    return attempt;
  }

  private async open(): Promise<void> {
    await this.disconnecting?.catch(() => undefined);
    await this.held.acquire();
    for (const broker of this.bucketBrokers) {
      if (await this.broker.join(broker)) this.transactional.add(broker);
    }
  }
}
