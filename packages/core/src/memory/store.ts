import {
  type CancelOptions,
  checkOutgoingMessage,
  checkSettlement,
  type JobInspection,
  type JobLocation,
  type JobReference,
  type Outcome,
  type ReplayOptions,
  type Settlement,
} from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import { DuplicateJobError, LostOwnershipError, UnsupportedError } from '../errors/index.js';
import { checkChannelName, type Message, type OutgoingMessage, resultBucketOf } from '../message/index.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import type { BucketContents } from './bucket-contents.js';
import { Channel, type ChannelRules } from './channel.js';
import type { InMemoryDelivery } from './delivery.js';
import { toEntry } from './entry.js';
import { WaitingRoom } from './waiting-room.js';

/**
 * All channels of a broker. Each act is synchronous and whole: it checks everything first, then commits everything;
 * whoever it has given something to goes on after it.
 */
export class MessageStore {
  readonly #channels = new Map<string, Channel>();
  readonly #joined = new Set<InMemoryBucketBroker>();
  readonly #room: WaitingRoom;
  readonly #admitted = new Set<Channel>();

  readonly #rules: ChannelRules;

  constructor(rules: Omit<ChannelRules, 'onEnd'>) {
    this.#rules = { ...rules, onEnd: (channel, jobId) => this.#room.leave(channel, jobId) };
    this.#room = new WaitingRoom(
      rules.clock,
      () => this.#contents(),
      (message) => this.#admit(message),
      () => this.#serveAdmitted(),
    );
  }

  /** From now on, buckets of this broker may ride along. */
  join(buckets: InMemoryBucketBroker): void {
    this.#joined.add(buckets);
    buckets.contents.watch(this.#room);
  }

  /** @throws DuplicateJobError when an id is taken or stands twice; nothing is published then */
  publish(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) this.#check(message);
    this.#checkIds(messages);
    this.#addAll(messages);
    this.#serve(messages);
  }

  /** @throws LostOwnershipError when the delivery is not owned any more; nothing is committed then */
  settle(delivery: InMemoryDelivery, { outcome, bucket, publish = [] }: Settlement): void {
    if (!delivery.isOwned) throw new LostOwnershipError(delivery.id, delivery.channel.name);
    checkSettlement(delivery.channel.name, { outcome, bucket });
    if (bucket) this.#checkJoined(bucket);
    for (const message of publish) this.#check(message);
    this.#end(delivery, outcome);
    if (bucket) store(bucket);
    this.#addAll(this.#free(publish));
    delivery.channel.serve();
    this.#serve(publish);
  }

  /** Answers where the job was. */
  cancel(channelName: string, jobId: string, { bucket }: CancelOptions): JobLocation | undefined {
    const channel = this.channel(channelName);
    const location = this.locate(channelName, jobId);
    if (bucket) this.#checkJoined(bucket);
    const isWithdrawn = this.#room.withdraw(channelName, jobId) || channel.withdraw(jobId);
    if (isWithdrawn && bucket) store(bucket);
    channel.runnerOf(jobId)?.tellCancelled(channelName, jobId);
    return location;
  }

  locate(channel: string, jobId: string): JobLocation | undefined {
    return this.#room.has(channel, jobId) ? 'waiting' : this.channel(channel).locate(jobId);
  }

  /** Puts dead letters back, where asked with those who were skipped because of them; answers how many letters. */
  replay(channelName: string, options: ReplayOptions): number {
    const channel = this.channel(channelName);
    const isHeld = (message: Message): boolean => resultOf(message).some((id) => this.#room.hasReaders(id));
    const replayed = channel.replay(options, (message) => Boolean(options.withDependents) && isHeld(message));
    if (options.withDependents) this.#room.revive(replayed.flatMap(resultOf), (message) => this.#isTaken(message));
    channel.serve();
    return replayed.length;
  }

  inspect(channel: string, jobId: string): JobInspection | undefined {
    const waiting = this.#room.inspect(channel, jobId);
    if (!waiting) return this.channel(channel).inspect(jobId);
    return { location: 'waiting', message: toEntry(waiting.message).message, missing: waiting.missing };
  }

  waiters(bucketId: string): JobReference[] {
    return this.#room.waitersOf(bucketId);
  }

  /** How many wait on the channel for buckets. */
  waiting(channel: string): number {
    return this.#room.count(channel);
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
    this.#room.clear(name);
    if (channel.isWaitedFor) return;
    channel.sleep();
    this.#channels.delete(name);
  }

  /** Sees to what became due since `sleep()`. */
  wakeUp(): void {
    for (const channel of this.#channels.values()) channel.wakeUp();
    this.#room.wakeUp();
  }

  /** Leaves no timers behind. */
  sleep(): void {
    for (const channel of this.#channels.values()) channel.sleep();
    this.#room.sleep();
  }

  #makeChannel(name: string): Channel {
    checkChannelName(name);
    const channel = new Channel(name, this.#rules);
    this.#channels.set(name, channel);
    return channel;
  }

  #check(message: OutgoingMessage): void {
    checkOutgoingMessage(message);
    const { channel, buckets = [], clears = [], waits } = message;
    this.channelNamed(channel);
    for (const write of [...buckets, ...clears]) this.#checkJoined(write);
    if (waits?.result) this.#checkJoined(waits.result);
  }

  #checkJoined({ id, into }: Pick<BucketWrite, 'id' | 'into'>): void {
    if (this.#joined.has(into as InMemoryBucketBroker)) return;
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

  /** While a job of this id is there, or the result that it would clear has yet to be read. */
  #isTaken({ id, channel, clears = [] }: OutgoingMessage): boolean {
    if (id === undefined) return false;
    if (this.channelNamed(channel).holds(id) || this.#room.has(channel, id)) return true;
    return clears.some((clear) => this.#room.hasReaders(clear.id));
  }

  /** Those whose ids are taken are left out. */
  #free(messages: readonly OutgoingMessage[]): OutgoingMessage[] {
    const seen = new Set<string>();
    return messages.filter((message) => {
      const key = `${message.channel}:${message.id}`;
      if (message.id !== undefined && (seen.has(key) || this.#isTaken(message))) return false;
      seen.add(key);
      return true;
    });
  }

  /** Buckets first: a message may wait for what another of them brings, but not for what that one clears. */
  #addAll(messages: readonly OutgoingMessage[]): void {
    for (const { clears = [] } of messages)
      for (const { id, into } of clears) (into as InMemoryBucketBroker).contents.delete(id);
    for (const { buckets = [] } of messages) for (const bucket of buckets) store(bucket);
    for (const message of messages) {
      if (message.waits) this.#room.take(message, message.waits);
      else this.#admit(message);
    }
  }

  #admit(message: OutgoingMessage): void {
    const dueAt = message.dueAt ?? (message.delay === undefined ? 0 : this.#rules.clock.now() + message.delay);
    const channel = this.channelNamed(message.channel);
    channel.add(toEntry(message), dueAt);
    if (message.waits) this.#admitted.add(channel);
  }

  #end(delivery: InMemoryDelivery, outcome: Outcome): void {
    const { channel } = delivery;
    if (outcome.type === 'ack') return channel.remove(delivery);
    if (outcome.type === 'nack') return channel.giveUp(delivery, outcome.headers, outcome.reason);
    const dueAt = outcome.type === 'retry' ? this.#rules.clock.now() + outcome.delay : 0;
    channel.giveBack(delivery, outcome.headers, dueAt);
  }

  *#contents(): Generator<BucketContents> {
    for (const { contents } of this.#joined) yield contents;
  }

  #serveAdmitted(): void {
    const admitted = [...this.#admitted];
    this.#admitted.clear();
    for (const channel of admitted) channel.serve();
  }

  #serve(messages: readonly OutgoingMessage[]): void {
    for (const { channel } of messages) this.#channels.get(channel)?.serve();
  }
}

/** The bucket that a message's result goes to; none where its headers say none, or nonsense. */
function resultOf({ headers }: Message): string[] {
  const id = resultBucketOf(headers);
  return id === undefined ? [] : [id];
}

/** Only for brokers that were joined, which are in-memory ones. */
function store({ into, ...bucket }: BucketWrite): void {
  (into as InMemoryBucketBroker).contents.store(bucket);
}
