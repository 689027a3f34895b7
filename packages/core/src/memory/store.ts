import type {
  CancelOptions,
  JobInspection,
  JobPlace,
  JobReference,
  Outcome,
  ReplayedLetter,
  ReplayOptions,
  ReplayReport,
  Settlement,
} from '../broker/index.js';
import type { BucketWrite } from '../bucket/index.js';
import { cancelledBody } from '../bucket/skipped-bucket.js';
import { causeOfFailure } from '../dependency/index.js';
import { DuplicateJobError, LostOwnershipError, type TakenBy, UnsupportedError } from '../errors/index.js';
import {
  checkChannelName,
  HEADER,
  type Message,
  type OutgoingMessage,
  resultBucketOf,
  resultPlaceOf,
} from '../message/index.js';
import { InMemoryBucketBroker } from './bucket-broker.js';
import type { BucketContents } from './bucket-contents.js';
import { Channel, type ChannelRules } from './channel.js';
import type { InMemoryDelivery } from './delivery.js';
import { type Entry, type NewEntry, toEntry } from './entry.js';
import { JobIndex, namesOf, placeOf } from './job-index.js';
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

  readonly #jobs = new JobIndex();
  readonly #rules: ChannelRules;
  #entries = 0;

  constructor(rules: Omit<ChannelRules, 'onEnd'>) {
    this.#rules = { ...rules, onEnd: (entry) => this.#forget(entry) };
    this.#room = new WaitingRoom(
      rules.clock,
      () => this.#contents(),
      (entry, message) => this.#admit(entry, message),
      (entry) => this.#jobs.remove(entry),
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
    if (bucket) this.#checkJoined(bucket);
    for (const message of publish) this.#check(message);
    this.#end(delivery, outcome);
    if (bucket) store(bucket);
    this.#addAll(this.#free(publish));
    delivery.channel.serve();
    this.#serve(publish);
  }

  /** Returns what was known of the job. */
  cancel(id: string, { result }: CancelOptions): JobInspection | undefined {
    if (result) this.#checkJoined({ id, into: result.into });
    const inspection = this.inspect(id);
    const entry = this.#jobs.find(id);
    if (!entry || !inspection) return undefined;
    const runner = entry.place.name === 'running' ? entry.place.delivery.consumer : undefined;
    this.#withdraw(entry);
    if (result) this.#storeCancelled(entry.message, result);
    runner?.tellCancelled(inspection.channel, inspection.jobId);
    return inspection;
  }

  locate(id: string): JobPlace | undefined {
    const entry = this.#find(id);
    return entry && placeOf(entry);
  }

  /** Puts dead letters back, where asked with those who were skipped because of them. */
  replay(channelName: string, options: ReplayOptions): ReplayReport {
    const channel = this.channel(channelName);
    const replayed: Message[] = [];
    const letters = channel.replay(options, (letter) => {
      const outcome = this.#takeBack(letter, channel, options);
      if (outcome.outcome === 'replayed') replayed.push(letter.message);
      return outcome;
    });
    if (options.withDependents) this.#addAll(this.#free(this.#room.revive(replayed.flatMap(resultOf))));
    channel.serve();
    return { replayed: replayed.length, letters };
  }

  inspect(id: string): JobInspection | undefined {
    const entry = this.#find(id);
    const place = entry && placeOf(entry);
    return place && { ...place, message: entry.message, ...detailsOf(entry) };
  }

  waiters(bucketId: string): JobReference[] {
    return this.#room.waitersOf(bucketId);
  }

  /** How many wait on the channel for buckets. */
  waiting(channel: string): number {
    return this.#room.on(channel).length;
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
    for (const entry of this.#room.on(name)) this.#withdraw(entry);
    channel.clear();
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

  #check({ channel, buckets = [], clears = [], waits }: OutgoingMessage): void {
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

  #find(id: string): Entry | undefined {
    const entry = this.#jobs.find(id);
    if (entry) this.channel(entry.message.channel); // Up to date.
    return this.#jobs.find(id);
  }

  #withdraw(entry: Entry): void {
    if (entry.place.name !== 'waiting') return this.channelNamed(entry.message.channel).withdraw(entry);
    this.#room.withdraw(entry);
    this.#forget(entry);
  }

  #storeCancelled({ headers }: Message, { into, exception }: NonNullable<CancelOptions['result']>): void {
    const place = resultPlaceOf(headers);
    if (!place) return;
    const jobName = headers[HEADER.topic];
    const body = cancelledBody(exception, place.ttl, this.#rules.clock.now(), headers);
    store({ ...place, body, success: false, cause: causeOfFailure(place.id, exception, jobName), jobName, into });
  }

  #forget(entry: Entry): void {
    this.#jobs.remove(entry);
    this.#room.leave(entry);
  }

  #checkIds(messages: readonly OutgoingMessage[]): void {
    const inCall = new Set<string>();
    for (const message of messages) {
      const taken = this.#takenOf(message, inCall);
      if (taken) throw new DuplicateJobError(taken.id, message.channel, taken.takenBy);
      for (const id of idsOf(message)) inCall.add(id);
    }
  }

  /** The id of the message that is taken: by a job that is there, by one of the same call, or by a result that has yet to be read. */
  #takenOf(message: OutgoingMessage, inCall: ReadonlySet<string>): { id: string; takenBy: TakenBy } | undefined {
    for (const id of idsOf(message)) {
      if (inCall.has(id)) return { id, takenBy: 'same-call' };
      const entry = this.#jobs.find(id);
      const place = entry && placeOf(entry);
      if (place) return { id, takenBy: place };
    }
    const held = message.clears?.find((clear) => this.#room.hasReaders(clear.id));
    return held && { id: held.id, takenBy: 'result-in-use' };
  }

  /** Those whose ids are taken are left out. */
  #free(messages: readonly OutgoingMessage[]): OutgoingMessage[] {
    const inCall = new Set<string>();
    return messages.filter((message) => {
      if (this.#takenOf(message, inCall)) return false;
      for (const id of idsOf(message)) inCall.add(id);
      return true;
    });
  }

  /** Buckets first: a message may wait for what another of them brings, but not for what that one clears. */
  #addAll(messages: readonly OutgoingMessage[]): void {
    for (const { clears = [] } of messages)
      for (const { id, into } of clears) (into as InMemoryBucketBroker).contents.delete(id);
    for (const { buckets = [] } of messages) for (const bucket of buckets) store(bucket);
    for (const message of messages) this.#add(message);
  }

  #add(message: OutgoingMessage): void {
    const entry = toEntry(this.#nextId(), message);
    this.#jobs.add(entry);
    if (message.waits) this.#room.take(entry, message, message.waits);
    else this.#admit(entry, message);
  }

  #nextId(): string {
    return String(++this.#entries);
  }

  #admit(entry: Entry, message: OutgoingMessage): void {
    const dueAt = message.dueAt ?? (message.delay === undefined ? 0 : this.#rules.clock.now() + message.delay);
    const channel = this.channelNamed(message.channel);
    channel.add(entry, dueAt);
    if (message.waits) this.#admitted.add(channel);
  }

  #takeBack(letter: NewEntry, channel: Channel, { withDependents }: ReplayOptions): Omit<ReplayedLetter, 'id'> {
    const { jobId } = letter;
    const taker = namesOf(letter)
      .map((name) => this.#jobs.find(name))
      .find((entry) => entry !== undefined);
    if (taker) return { outcome: 'job-exists', jobId, place: placeOf(taker) };
    const isHeld = resultOf(letter.message).some((id) => this.#room.hasReaders(id));
    if (withDependents && isHeld) return { outcome: 'result-in-use', jobId };
    const entry: Entry = { id: this.#nextId(), ...letter, deliveries: 0, place: { name: 'nowhere' } };
    this.#jobs.add(entry);
    channel.add(entry);
    return { outcome: 'replayed', jobId };
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

/** The ids that a message takes. */
function idsOf({ id: jobId, resultId }: OutgoingMessage): string[] {
  return namesOf({ jobId, resultId });
}

/** What else is known of a job, by where it is. */
function detailsOf({ place }: Entry): Pick<JobInspection, 'dueAt' | 'missing'> | undefined {
  if (place.name === 'delayed') return { dueAt: place.ticket.dueAt };
  if (place.name !== 'waiting') return undefined;
  return { missing: [...place.missing].map(([bucketId, condition]) => ({ bucketId, condition })) };
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
