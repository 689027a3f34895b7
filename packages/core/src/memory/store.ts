import {
  type CancelOptions,
  checkOutgoingMessage,
  checkSettlement,
  type JobInspection,
  type JobPlace,
  type JobReference,
  type Outcome,
  type ReplayedLetter,
  type ReplayOptions,
  type ReplayReport,
  type Settlement,
} from '../broker/index.js';
import { deletedException, purgedException } from '../bucket/index.js';
import { LostOwnershipError } from '../errors/index.js';
import { type Message, type OutgoingMessage, resultBucketOf } from '../message/index.js';
import type { InMemoryBucketBroker } from './bucket-broker.js';
import type { Channel, ChannelRules } from './channel.js';
import { Channels } from './channels.js';
import type { InMemoryConsumer } from './consumer.js';
import type { InMemoryDelivery } from './delivery.js';
import { type Entry, enter, type NewEntry, toEntry } from './entry.js';
import { IdsCheck } from './ids-check.js';
import { JobIndex, namesOf, placeOf } from './job-index.js';
import { JoinedBuckets } from './joined-buckets.js';
import { EndedJobs } from './ended-jobs.js';
import { WaitingRoom } from './waiting-room.js';

type StoreRules = Omit<ChannelRules, 'onEnd' | 'onGiveUp' | 'onDrop'>;

/**
 * All that a broker holds. Each act is synchronous and whole: it checks everything first, then commits everything;
 * whoever it has given something to goes on after it.
 */
export class MessageStore {
  readonly channels: Channels;
  readonly #jobs = new JobIndex();
  readonly #buckets = new JoinedBuckets(() => this.#room);
  readonly #room: WaitingRoom;
  readonly #ids: IdsCheck;
  readonly #endedJobs: EndedJobs;
  /** Channels that were given messages which had waited. */
  readonly #readied = new Set<string>();
  #entries = 0;

  constructor(private readonly rules: StoreRules) {
    this.#endedJobs = new EndedJobs(rules.clock, this.#jobs, this.#buckets);
    const onDrop = (entry: NewEntry): void => this.#endedJobs.removeOwnArgs(entry);
    this.channels = new Channels({
      ...rules,
      onEnd: (entry) => this.#forget(entry),
      onGiveUp: (entry, reason) => this.#endedJobs.storeFailed(entry, reason),
      onDrop,
    });
    this.#room = new WaitingRoom({
      clock: rules.clock,
      buckets: this.#buckets,
      onReady: (entry, message) => this.#enqueueReady(entry, message),
      onSkip: (entry) => this.#forget(entry),
      onDrop,
      onDone: () => this.#serveReadied(),
    });
    this.#ids = new IdsCheck(this.#jobs, this.#buckets, (bucketId) => this.#room.hasReaders(bucketId));
  }

  /** From now on, buckets of this broker may ride along. */
  join(buckets: InMemoryBucketBroker): void {
    this.#buckets.add(buckets);
  }

  /** @throws DuplicateJobError when an id is taken or stands twice; nothing is published then */
  publish(messages: readonly OutgoingMessage[]): void {
    this.#check(messages);
    this.#ids.requireFree(messages);
    this.#addAll(messages);
    this.#serve(messages);
  }

  /** @throws LostOwnershipError when the delivery is not owned any more; nothing is committed then */
  settle(delivery: InMemoryDelivery, { outcome, bucket, publish = [] }: Settlement): void {
    if (!delivery.isOwned) throw new LostOwnershipError(delivery.id, delivery.channel.name);
    checkSettlement(delivery.channel.name, { outcome, bucket });
    if (bucket) this.#buckets.check(bucket);
    this.#check(publish);
    this.#end(delivery, outcome);
    if (bucket) this.#buckets.store(bucket);
    if (publish.length > 0) this.#addAll(this.#ids.onlyFree(publish));
    if (outcome.type === 'ack') this.#endedJobs.removeOwnArgs(delivery.entry);
    delivery.channel.serve();
    this.#serve(publish);
  }

  locate(id: string): JobPlace | undefined {
    const entry = this.#find(id);
    return entry && placeOf(entry);
  }

  inspect(id: string): JobInspection | undefined {
    const entry = this.#find(id);
    const place = entry && placeOf(entry);
    return place && { ...place, message: entry.message, ...detailsOf(entry) };
  }

  waiters(bucketId: string): JobReference[] {
    return this.#room.waitersOf(bucketId);
  }

  /** Returns what was known of the job. */
  cancel(id: string, { result }: CancelOptions): JobInspection | undefined {
    if (result) this.#buckets.check({ id, into: result.into });
    const inspection = this.inspect(id);
    const entry = this.#jobs.find(id);
    if (!inspection || !entry) return undefined;
    const runner = this.#withdraw(entry);
    const ended = result && this.#endedJobs.cancelledResult(entry, result.exception);
    if (result && ended) this.#buckets.store({ ...ended, into: result.into });
    this.#endedJobs.removeOwnArgs(entry);
    runner?.tellCancelled(inspection.channel, inspection.jobId);
    return inspection;
  }

  /** How many wait on the channel for buckets. */
  waiting(channel: string): number {
    return this.#room.on(channel).length;
  }

  /** Ends what is queued or delayed; returns how many. */
  purge(name: string): number {
    const { unstarted } = this.channels.fresh(name);
    this.#endAll(unstarted, purgedException(name));
    return unstarted.length;
  }

  /** Ends everything on the channel, and removes it. */
  delete(name: string): void {
    const channel = this.channels.fresh(name);
    const held = [...this.#room.on(name), ...channel.unstarted, ...channel.running];
    channel.deleteDeadLetters();
    channel.setPaused(false);
    this.#endAll(held, deletedException(name));
    this.channels.remove(channel);
  }

  /** Puts dead letters back, where asked with those who were skipped because of them. */
  replay(name: string, options: ReplayOptions): ReplayReport {
    const channel = this.channels.fresh(name);
    const replayed: Message[] = [];
    const letters = channel.replay(options, (letter) => {
      const fate = this.#takeBack(letter, channel, options);
      if (fate.outcome === 'replayed') replayed.push(letter.message);
      return fate;
    });
    if (options.withDependents) this.#revive(replayed);
    channel.serve();
    return { replayed: replayed.length, letters };
  }

  /** Sees to what became due since `sleep()`. */
  wakeUp(): void {
    this.channels.wakeUp();
    this.#room.wakeUp();
  }

  /** Leaves no timers behind. */
  sleep(): void {
    this.channels.sleep();
    this.#room.sleep();
  }

  /** Before anything is touched. */
  #check(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) {
      checkOutgoingMessage(message);
      const { buckets, clears, waits } = message;
      if (buckets) for (const bucket of buckets) this.#buckets.check(bucket);
      if (clears) for (const bucket of clears) this.#buckets.check(bucket);
      if (waits?.result) this.#buckets.check(waits.result);
    }
  }

  /** The job with this id, where it is by now. */
  #find(id: string): Entry | undefined {
    const entry = this.#jobs.find(id);
    if (entry) this.channels.fresh(entry.message.channel);
    return this.#jobs.find(id);
  }

  /** Buckets first: a message may wait for what another of them brings, but not for what that one clears. */
  #addAll(messages: readonly OutgoingMessage[]): void {
    for (const { clears } of messages) if (clears) for (const bucket of clears) this.#buckets.clear(bucket);
    for (const { buckets } of messages) if (buckets) for (const bucket of buckets) this.#buckets.store(bucket);
    for (const message of messages) this.#add(message);
  }

  #add(message: OutgoingMessage): void {
    const entry = toEntry(this.#nextId(), message);
    this.#jobs.add(entry);
    if (message.waits) this.#room.take(entry, message, message.waits);
    else this.#enqueue(entry, message);
  }

  #enqueue(entry: Entry, { channel, dueAt, delay }: OutgoingMessage): void {
    this.channels.named(channel).add(entry, dueAt ?? (delay === undefined ? 0 : this.rules.clock.now() + delay));
  }

  #enqueueReady(entry: Entry, message: OutgoingMessage): void {
    this.#enqueue(entry, message);
    this.#readied.add(message.channel);
  }

  #serveReadied(): void {
    const readied = [...this.#readied];
    this.#readied.clear();
    this.channels.serve(readied);
  }

  #serve(messages: readonly OutgoingMessage[]): void {
    for (const { channel } of messages) this.channels.named(channel).serve();
  }

  #end(delivery: InMemoryDelivery, outcome: Outcome): void {
    const { channel } = delivery;
    if (outcome.type === 'ack') return channel.remove(delivery);
    if (outcome.type === 'nack') return channel.giveUp(delivery, outcome.headers, outcome.reason);
    const dueAt = outcome.type === 'retry' ? this.rules.clock.now() + outcome.delay : 0;
    channel.giveBack(delivery, outcome.headers, dueAt);
  }

  /** Ends jobs as if they had been cancelled: first all of them, so that none goes on because of another's end. */
  #endAll(entries: readonly Entry[], exception: string): void {
    const runners = entries.map((entry) => this.#withdraw(entry));
    for (const entry of entries) {
      const result = this.#endedJobs.cancelledResult(entry, exception);
      if (result) this.#buckets.storeEverywhere(result);
      this.#endedJobs.removeOwnArgs(entry);
    }
    entries.forEach(({ jobId, message }, index) => {
      if (jobId !== undefined) runners[index]?.tellCancelled(message.channel, jobId);
    });
  }

  /** Takes a message away, wherever it is; returns the consumer that runs it. */
  #withdraw(entry: Entry): InMemoryConsumer | undefined {
    const { place } = entry;
    if (place.name === 'waiting') {
      this.#room.withdraw(entry);
      this.#forget(entry);
    } else this.channels.named(entry.message.channel).withdraw(entry);
    return place.name === 'running' ? place.delivery.consumer : undefined;
  }

  /** The message is held no more. */
  #forget(entry: Entry): void {
    entry.place = { name: 'nowhere' };
    this.#jobs.remove(entry);
    this.#room.leave(entry);
  }

  #takeBack(letter: NewEntry, channel: Channel, { withDependents }: ReplayOptions): Omit<ReplayedLetter, 'id'> {
    const { jobId } = letter;
    const taker = namesOf(letter)
      .map((name) => this.#jobs.find(name))
      .find((entry) => entry !== undefined);
    if (taker) return { outcome: 'job-exists', jobId, place: placeOf(taker) };
    const isInUse = withDependents && resultOf(letter.message).some((id) => this.#room.isReadBelow(id));
    if (isInUse) return { outcome: 'result-in-use', jobId };
    const entry = enter(this.#nextId(), letter);
    this.#jobs.add(entry);
    channel.add(entry);
    return { outcome: 'replayed', jobId };
  }

  /** Has what was skipped because of these wait again. */
  #revive(replayed: readonly Message[]): void {
    const skipped = this.#room.takeSkipped(replayed.flatMap(resultOf));
    const messages = this.#ids.onlyFree(skipped.map(({ message }) => message));
    this.#addAll(messages);
    for (const { entry, message } of skipped) if (!messages.includes(message)) this.#endedJobs.removeOwnArgs(entry);
  }

  #nextId(): string {
    return String(++this.#entries);
  }
}

/** What else is known of a job, by where it is. */
function detailsOf({ place }: Entry): Pick<JobInspection, 'dueAt' | 'missing'> | undefined {
  if (place.name === 'delayed') return { dueAt: place.ticket.dueAt };
  if (place.name !== 'waiting') return undefined;
  return { missing: [...place.missing].map(([bucketId, condition]) => ({ bucketId, condition })) };
}

/** The bucket that a message's result goes to; none where its headers say none. */
function resultOf({ headers }: Message): string[] {
  const id = resultBucketOf(headers);
  return id === undefined ? [] : [id];
}
