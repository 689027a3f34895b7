import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketBroker, BucketRecord } from '../bucket/index.js';
import type { ConsumeOptions, Consumer, Delivery, JobLocation, MessageBroker } from '../broker/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import type { MessageBrokerHarness } from './harness.js';
import { TIMEOUT, within } from './waiting.js';

/** Where one scenario plays: a connected broker, a channel that nobody else uses, and what scenarios do with them. */
export class BrokerFixture {
  readonly channel = uniqueName('channel');
  private readonly channels = [this.channel];

  constructor(
    readonly broker: MessageBroker,
    readonly harness: MessageBrokerHarness,
    private readonly cleanups: (() => Promise<void>)[] = [],
  ) {}

  /** A bare message whose payload is the text. */
  message(text: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    return { channel: this.channel, payload: new TextEncoder().encode(text), headers: { topic: 'act' }, ...more };
  }

  /** The id of the job, or the bucket, that scenarios call by this name: ids are shared by all scenarios of a server. */
  id(name: string): string {
    return `${this.channel}.${name}`;
  }

  /** A job's message, whose payload is its name: its id stands in its headers too, as those that a producer makes. */
  job(name: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
    const id = this.id(name);
    return this.message(name, { id, ...more, headers: { topic: 'act', [HEADER.id]: id, ...more.headers } });
  }

  /** The same, of a job whose result is stored: in the bucket of its id, or in that of another name. */
  jobWithResult(name: string, more: Partial<OutgoingMessage> = {}, resultName?: string): OutgoingMessage {
    const resultId = resultName === undefined ? undefined : this.id(resultName);
    const headers = { [HEADER.resultBucket]: resultId ?? '', ...more.headers };
    return this.job(name, { ...more, ...(resultId !== undefined && { resultId }), headers });
  }

  /** Another channel that nobody else uses; removed when the scenario ends. */
  anotherChannel(): string {
    const name = uniqueName('channel');
    this.channels.push(name);
    return name;
  }

  /** Where the job of this name is; undefined where the broker does not hold it. */
  async locationOf(name: string): Promise<JobLocation | undefined> {
    return (await this.broker.locate(this.id(name)))?.location;
  }

  /** Publishes bare messages with these texts, in one batch. */
  async publish(...contents: string[]): Promise<void> {
    await this.broker.publish(contents.map((text) => this.message(text)));
  }

  /** A consumer, of the scenario's channel unless told otherwise; closed when the scenario ends. */
  async consumer(options: Partial<ConsumeOptions> = {}): Promise<Consumer> {
    const consumer = await this.broker.consume({ channels: [this.channel], ...options });
    this.cleanups.push(() => consumer.close());
    return consumer;
  }

  /** Exactly so many deliveries, waiting for them as long as the suite is patient. */
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

  /** The next delivery, when the time has come; fails when it is delivered sooner. */
  async receiveNotBefore(dueAt: number, consumer: Consumer): Promise<Delivery> {
    const { clock } = this.broker;
    const received = this.receiveOne(consumer).then((delivery) => ({ delivery, at: clock.now() }));
    await this.pass(Math.max(0, dueAt - clock.now()));
    const { delivery, at } = await received;
    assert.ok(at >= dueAt, `delivered ${dueAt - at} ms too early`);
    return delivery;
  }

  /** Fails when something can be had from the channel. */
  async expectNothing(consumer: Consumer): Promise<void> {
    assert.deepEqual(texts(await consumer.receive(10, { wait: false })), [], 'deliveries, where none were due');
  }

  /** Lets the broker's time pass: moved where the harness can, lived through where it cannot. */
  async pass(milliseconds: number): Promise<void> {
    await (this.harness.advance?.(this.broker, milliseconds) ?? sleep(milliseconds));
  }

  /** A connected bucket broker that the message broker has joined; undefined where the harness has none. */
  async transactionalBuckets(): Promise<BucketBroker | undefined> {
    const buckets = await this.separateBuckets();
    if (buckets) assert.equal(await this.broker.join(buckets), true, 'joins its own kind of bucket broker');
    return buckets;
  }

  /** The same, before anybody joined it. */
  async separateBuckets(): Promise<BucketBroker | undefined> {
    const buckets = await this.harness.createBuckets?.();
    await buckets?.connect();
    if (buckets) this.cleanups.push(() => buckets.disconnect());
    return buckets;
  }

  /** Closes what the scenario opened, last first. */
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

/** A name that nobody else uses: fits channels, jobs and buckets. */
export function uniqueName(what: string): string {
  return `${what}_${randomUUID()}`;
}

/** A job's result with an id of its own, kept for a minute. */
export function bucket(more: Partial<BucketRecord> = {}): BucketRecord {
  const { success = true } = more;
  const body = `{"success":${success},"ttl":60000,"timestamp":1,"data":1}`;
  return { id: uniqueName('bucket'), body, ttl: 60_000, success, ...more };
}

/** Arguments with an id of their own, kept for a minute. */
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
