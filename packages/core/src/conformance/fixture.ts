import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketBroker, BucketRecord } from '../bucket/index.js';
import type { ConsumeOptions, Consumer, Delivery, JobLocation, MessageBroker } from '../broker/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import type { MessageBrokerHarness } from './harness.js';
import { TIMEOUT, within } from './waiting.js';

/** What one scenario works with: a connected broker, a channel of its own, and helpers. */
export class BrokerFixture {
  readonly channel = uniqueName('channel');
  private readonly channels = [this.channel];

  constructor(
    readonly broker: MessageBroker,
    readonly harness: MessageBrokerHarness,
    private readonly cleanups: (() => Promise<void>)[] = [],
  ) {}

  /** A bare message with the text as its payload. */
  message(text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    return { channel: this.channel, payload: new TextEncoder().encode(text), headers: { topic: 'act' }, ...more };
  }

  /** The unique id of the job or bucket that a scenario calls by this name. Scenarios share one server. */
  id(name: string): string {
    return `${this.channel}.${name}`;
  }

  /** A job's message with its name as the payload. The id is in the headers, too, as in a producer's messages. */
  job(name: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    const id = this.id(name);
    return this.message(name, { id, ...more, headers: { topic: 'act', [HEADER.id]: id, ...more.headers } });
  }

  /** A job that stores its result, in the bucket of its id or of another name. */
  jobWithResult(name: string, more: Partial<OutgoingMessage> = {}, resultName?: string): OutgoingMessage {
    const resultId = resultName === undefined ? undefined : this.id(resultName);
    const headers = { [HEADER.resultBucket]: resultId ?? '', ...more.headers };
    return this.job(name, { ...more, ...(resultId !== undefined && { resultId }), headers });
  }

  /** Another channel of the scenario's own; removed when the scenario ends. */
  anotherChannel(): string {
    const name = uniqueName('channel');
    this.channels.push(name);
    return name;
  }

  /** The state of the named job; undefined if the broker does not hold it. */
  async locationOf(name: string): Promise<JobLocation | undefined> {
    return (await this.broker.locate(this.id(name)))?.location;
  }

  /** Publishes bare messages with these texts, in one call. */
  async publish(...contents: string[]): Promise<void> {
    await this.broker.publish(contents.map((text) => this.message(text)));
  }

  /** A consumer, by default of the scenario's channel; closed when the scenario ends. */
  async consumer(options: Partial<ConsumeOptions> = {}): Promise<Consumer> {
    const consumer = await this.broker.consume({ channels: [this.channel], ...options });
    this.cleanups.push(() => consumer.close());
    return consumer;
  }

  /** Receives exactly this many deliveries; fails after the timeout. */
  async receive(consumer: Consumer, count: number): Promise<Delivery[]> {
    const received: Delivery[] = [];
    const deadline = performance.now() + TIMEOUT;
    while (received.length < count && performance.now() < deadline) {
      received.push(...(await this.receiveSome(consumer, count - received.length)));
    }
    assert.equal(received.length, count, `deliveries received within ${TIMEOUT} ms`);
    return received;
  }

  /** The next delivery. */
  async receiveOne(consumer: Consumer): Promise<Delivery> {
    const [delivery] = await this.receive(consumer, 1);
    return delivery!;
  }

  /** The next delivery, once it is due; fails if it is delivered earlier. */
  async receiveNotBefore(dueAt: number, consumer: Consumer): Promise<Delivery> {
    const { clock } = this.broker;
    const received = this.receiveOne(consumer).then((delivery) => ({ delivery, at: clock.now() }));
    await this.pass(Math.max(0, dueAt - clock.now()));
    const { delivery, at } = await received;
    assert.ok(at >= dueAt, `delivered ${dueAt - at} ms too early`);
    return delivery;
  }

  /** Fails if the channel has anything to deliver. */
  async expectNothing(consumer: Consumer): Promise<void> {
    assert.deepEqual(texts(await consumer.receive(10, { wait: false })), [], 'deliveries, although none were due');
  }

  /** Lets the broker's time pass: advances its clock if the harness can, otherwise waits. */
  async pass(milliseconds: number): Promise<void> {
    await (this.harness.advance?.(this.broker, milliseconds) ?? sleep(milliseconds));
  }

  /** A connected bucket broker that shares the transactions of the message broker; undefined if the harness has none. */
  async transactionalBuckets(): Promise<BucketBroker | undefined> {
    const buckets = await this.separateBuckets();
    if (buckets) assert.equal(await this.broker.join(buckets), true, 'joins its own kind of bucket broker');
    return buckets;
  }

  /** A connected bucket broker with transactions of its own; undefined if the harness has none. */
  async separateBuckets(): Promise<BucketBroker | undefined> {
    const buckets = await this.harness.createBuckets?.();
    await buckets?.connect();
    if (buckets) this.cleanups.push(() => buckets.disconnect());
    return buckets;
  }

  /** Closes everything that the scenario opened, in reverse order. */
  async close(): Promise<void> {
    for (const close of this.cleanups.toReversed()) await close();
    if (this.broker.capabilities.administration) await this.removeChannels();
    await this.broker.disconnect();
  }

  private async receiveSome(consumer: Consumer, max: number): Promise<readonly Delivery[]> {
    return within(consumer.receive(max, { wait: true }), `one of ${max} deliveries`).catch((problem: unknown) => {
      consumer.wake();
      throw problem;
    });
  }

  private async removeChannels(): Promise<void> {
    await this.broker.connect();
    for (const channel of this.channels) await this.broker.channels.delete(channel);
  }
}

/** A unique name for a channel, job or bucket. */
export function uniqueName(what: string): string {
  return `${what}_${randomUUID()}`;
}

/** A job's result with a unique id, kept for a minute. */
export function bucket(more: Partial<BucketRecord> = {}): BucketRecord {
  const { success = true } = more;
  const body = `{"success":${success},"ttl":60000,"timestamp":1,"data":1}`;
  return { id: uniqueName('bucket'), body, ttl: 60_000, success, ...more };
}

/** Arguments with a unique id, kept for a minute. */
export function argsBucket(more: Partial<BucketRecord> = {}): BucketRecord {
  return bucket({ body: '{"ttl":60000,"timestamp":1,"data":1}', ...more });
}

/** The payload as text. */
export function textOf(delivery: Pick<Delivery, 'message'>): string {
  return new TextDecoder().decode(delivery.message.payload);
}

/** The payloads as texts. */
export function texts(deliveries: readonly Pick<Delivery, 'message'>[]): string[] {
  return deliveries.map(textOf);
}
