import type { CancelOptions, JobLocation, Outcome, Settlement } from '../broker/index.js';
import type { BucketBroker, BucketWrite } from '../bucket/index.js';
import { DuplicateJobError, LostOwnershipError, UnsupportedError } from '../errors/index.js';
import { checkChannelName, type OutgoingMessage } from '../message/index.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import { Channel, type ChannelRules } from './channel.js';
import type { InMemoryDelivery } from './delivery.js';
import { toEntry } from './entry.js';

/**
 * All channels of a broker. Each act is synchronous and whole: it checks everything first, then commits everything,
 * and tells consumers last.
 */
export class MessageStore {
  readonly #channels = new Map<string, Channel>();
  readonly #joined = new Set<BucketBroker>();

  constructor(private readonly rules: ChannelRules) {}

  /** From now on, buckets of this broker may ride along. */
  join(buckets: InMemoryBucketBroker): void {
    this.#joined.add(buckets);
  }

  /** @throws DuplicateJobError when an id is taken or stands twice; nothing is published then */
  publish(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) this.#check(message);
    this.#checkIds(messages);
    for (const message of messages) this.#add(message);
    this.#serve(messages);
  }

  /** @throws LostOwnershipError when the delivery is not owned any more; nothing is committed then */
  settle(delivery: InMemoryDelivery, { outcome, bucket, publish = [] }: Settlement): void {
    if (!delivery.isOwned) throw new LostOwnershipError(delivery.id, delivery.channel.name);
    if (bucket) this.#checkJoined(bucket);
    for (const message of publish) this.#check(message);
    this.#end(delivery, outcome);
    if (bucket) store(bucket);
    for (const message of publish) if (!this.#isTaken(message)) this.#add(message);
    delivery.channel.serve();
    this.#serve(publish);
  }

  /** Answers where the job was. */
  cancel(channelName: string, jobId: string, { bucket }: CancelOptions): JobLocation | undefined {
    const channel = this.channel(channelName);
    const location = channel.locate(jobId);
    if (bucket) this.#checkJoined(bucket);
    if (channel.withdraw(jobId) && bucket) store(bucket);
    channel.runnerOf(jobId)?.tellCancelled(jobId);
    return location;
  }

  /**
   * The channel, up to date; made where it is not there yet.
   * @throws InvalidOptionError when that is no name for a channel
   */
  channel(name: string): Channel {
    const channel = this.channelNamed(name);
    channel.refresh();
    return channel;
  }

  /** The same, as it was when something last happened to it. */
  channelNamed(name: string): Channel {
    return this.#channels.get(name) ?? this.#makeChannel(name);
  }

  /** Removes the channel with everything in it. Where consumers wait for it, it stays, empty. */
  delete(name: string): void {
    const channel = this.channelNamed(name);
    channel.clear();
    if (channel.isWaitedFor) return;
    channel.sleep();
    this.#channels.delete(name);
  }

  /** Sees to what became due since `sleep()`. */
  wakeUp(): void {
    for (const channel of this.#channels.values()) channel.wakeUp();
  }

  /** Leaves no timers behind. */
  sleep(): void {
    for (const channel of this.#channels.values()) channel.sleep();
  }

  #makeChannel(name: string): Channel {
    checkChannelName(name);
    const channel = new Channel(name, this.rules);
    this.#channels.set(name, channel);
    return channel;
  }

  #check({ channel, buckets = [], clears = [] }: OutgoingMessage): void {
    this.channelNamed(channel);
    for (const write of [...buckets, ...clears]) this.#checkJoined(write);
  }

  #checkJoined({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    if (this.#joined.has(into)) return;
    throw new UnsupportedError(
      `Bucket "${id}" cannot be committed together with a message: its ${into.name} broker was not joined by the ` +
        'in-memory message broker. Join it first, or store the bucket by itself.',
    );
  }

  #checkIds(messages: readonly OutgoingMessage[]): void {
    const inBatch = new Set<string>();
    for (const message of messages) {
      if (message.id === undefined) continue;
      const key = `${message.channel}:${message.id}`;
      if (inBatch.has(key) || this.#isTaken(message)) throw new DuplicateJobError(message.id, message.channel);
      inBatch.add(key);
    }
  }

  #isTaken({ id, channel }: OutgoingMessage): boolean {
    return id !== undefined && this.channelNamed(channel).holds(id);
  }

  #add(message: OutgoingMessage): void {
    for (const { id, into } of message.clears ?? []) (into as InMemoryBucketBroker).contents.delete(id);
    for (const bucket of message.buckets ?? []) store(bucket);
    const dueAt = message.dueAt ?? (message.delay === undefined ? 0 : this.rules.clock.now() + message.delay);
    this.channelNamed(message.channel).add(toEntry(message), dueAt);
  }

  #end(delivery: InMemoryDelivery, outcome: Outcome): void {
    const { channel } = delivery;
    if (outcome.type === 'ack') return channel.remove(delivery);
    if (outcome.type === 'nack') return channel.giveUp(delivery, outcome.headers, outcome.reason);
    const dueAt = outcome.type === 'retry' ? this.rules.clock.now() + outcome.delay : 0;
    channel.giveBack(delivery, outcome.headers, dueAt);
  }

  #serve(messages: readonly OutgoingMessage[]): void {
    for (const { channel } of messages) this.#channels.get(channel)?.serve();
  }
}

/** Only for brokers that were joined, which are in-memory ones. */
function store({ into, ...bucket }: BucketWrite): void {
  (into as InMemoryBucketBroker).contents.store(bucket);
}
