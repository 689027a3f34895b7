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
import { BlockedMessages } from './blocked-messages.js';
import type { ChannelRules, InMemoryChannel } from './channel.js';
import { InMemoryChannels } from './channels.js';
import type { InMemoryDelivery } from './delivery.js';
import { type ChannelConsumer, type Entry, newEntry, type NewEntry, toEntry } from './entry.js';
import { EndedJobs } from './ended-jobs.js';
import { IdsCheck } from './ids-check.js';
import { JobIndex, namesOf, placeOf } from './job-index.js';
import { TransactionalBuckets } from './transactional-buckets.js';

type StoreRules = Omit<ChannelRules, 'onEnd' | 'onDeadLetter' | 'onDrop'>;

/**
 * Everything that a broker holds. Each operation is synchronous and atomic: it checks everything, then commits everything.
 * Callers that receive something continue only after it.
 */
export class MessageStore {
  readonly channels: InMemoryChannels;
  readonly #jobs = new JobIndex();
  readonly #buckets = new TransactionalBuckets(() => this.#blocked);
  readonly #blocked: BlockedMessages;
  readonly #ids: IdsCheck;
  readonly #endedJobs: EndedJobs;
  /** Channels that received released messages and were not served yet. */
  readonly #channelsToServe = new Set<string>();
  #entries = 0;

  constructor(private readonly rules: StoreRules) {
    this.#endedJobs = new EndedJobs(rules.clock, this.#jobs, this.#buckets);
    const onDrop = (entry: NewEntry): void => this.#endedJobs.removeOwnArgs(entry);
    this.channels = new InMemoryChannels({
      ...rules,
      onEnd: (entry) => this.#forget(entry),
      onDeadLetter: (entry, reason) => this.#endedJobs.storeFailed(entry, reason),
      onDrop,
    });
    this.#blocked = new BlockedMessages({
      clock: rules.clock,
      buckets: this.#buckets,
      onReady: (entry, message) => this.#enqueueReleased(entry, message),
      onSkip: (entry) => this.#forget(entry),
      onDrop,
      onDone: () => this.#serveReleased(),
    });
    this.#ids = new IdsCheck(this.#jobs, this.#buckets, (bucketId) => this.#blocked.hasReaders(bucketId));
  }

  /** Makes this broker's buckets part of this store's transactions. */
  join(buckets: InMemoryBucketBroker): void {
    this.#buckets.add(buckets);
  }

  /** @throws DuplicateJobError for an id that is taken or given twice; nothing is published then */
  publish(messages: readonly OutgoingMessage[]): void {
    this.#check(messages);
    this.#ids.requireFree(messages);
    this.#addAll(messages);
    this.#serve(messages);
  }

  /** @throws LostOwnershipError for a delivery that is no longer owned; nothing is committed then */
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
    return this.#blocked.waitersOf(bucketId);
  }

  /** Returns the job as it was before. */
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

  /** How many messages of the channel wait for buckets. */
  waiting(channel: string): number {
    return this.#blocked.on(channel).length;
  }

  /** Cancels queued and delayed messages; returns how many. */
  purge(name: string): number {
    const { unstarted } = this.channels.fresh(name);
    this.#endAll(unstarted, purgedException(name));
    return unstarted.length;
  }

  /** Cancels everything on the channel, and removes it. */
  delete(name: string): void {
    const channel = this.channels.fresh(name);
    const held = [...this.#blocked.on(name), ...channel.unstarted, ...channel.running];
    channel.deleteDeadLetters();
    channel.setPaused(false);
    this.#endAll(held, deletedException(name));
    this.channels.remove(channel);
  }

  /** Puts dead letters back; with `withDependents` also the messages that were skipped because of them. */
  replay(name: string, options: ReplayOptions): ReplayReport {
    const channel = this.channels.fresh(name);
    const replayed: Message[] = [];
    const letters = channel.replay(options, (letter) => {
      const result = this.#takeBack(letter, channel, options);
      if (result.outcome === 'replayed') replayed.push(letter.message);
      return result;
    });
    if (options.withDependents) this.#revive(replayed);
    channel.serve();
    return { replayed: replayed.length, letters };
  }

  /** Handles what became due since `sleep()`. */
  wakeUp(): void {
    this.channels.wakeUp();
    this.#blocked.wakeUp();
  }

  /** Stops all timers. */
  sleep(): void {
    this.channels.sleep();
    this.#blocked.sleep();
  }

  /** Checks the messages before anything changes. */
  #check(messages: readonly OutgoingMessage[]): void {
    for (const message of messages) {
      checkOutgoingMessage(message);
      const { buckets, clears, waits } = message;
      if (buckets) for (const bucket of buckets) this.#buckets.check(bucket);
      if (clears) for (const bucket of clears) this.#buckets.check(bucket);
      if (waits?.result) this.#buckets.check(waits.result);
    }
  }

  /** The job with this id, after its channel was refreshed. */
  #find(id: string): Entry | undefined {
    const entry = this.#jobs.find(id);
    if (entry) this.channels.fresh(entry.message.channel);
    return this.#jobs.find(id);
  }

  /** Buckets first: a message may wait for a bucket that another one stores, but not for one that another clears. */
  #addAll(messages: readonly OutgoingMessage[]): void {
    for (const { clears } of messages) if (clears) for (const bucket of clears) this.#buckets.clear(bucket);
    for (const { buckets } of messages) if (buckets) for (const bucket of buckets) this.#buckets.store(bucket);
    for (const message of messages) this.#add(message);
  }

  #add(message: OutgoingMessage): void {
    const entry = toEntry(this.#nextId(), message);
    this.#jobs.add(entry);
    if (message.waits) this.#blocked.add(entry, message, message.waits);
    else this.#enqueue(entry, message);
  }

  #enqueue(entry: Entry, { channel, dueAt, delay }: OutgoingMessage): void {
    this.channels.named(channel).add(entry, dueAt ?? (delay === undefined ? 0 : this.rules.clock.now() + delay));
  }

  #enqueueReleased(entry: Entry, message: OutgoingMessage): void {
    this.#enqueue(entry, message);
    this.#channelsToServe.add(message.channel);
  }

  #serveReleased(): void {
    const names = [...this.#channelsToServe];
    this.#channelsToServe.clear();
    this.channels.serve(names);
  }

  #serve(messages: readonly OutgoingMessage[]): void {
    for (const { channel } of messages) this.channels.named(channel).serve();
  }

  #end(delivery: InMemoryDelivery, outcome: Outcome): void {
    const { channel } = delivery;
    if (outcome.type === 'ack') return channel.remove(delivery);
    if (outcome.type === 'nack') return channel.deadLetter(delivery, outcome.headers, outcome.reason);
    const dueAt = outcome.type === 'retry' ? this.rules.clock.now() + outcome.delay : 0;
    channel.requeue(delivery, outcome.headers, dueAt);
  }

  /** Cancels jobs. All are withdrawn first, so that none is released by the end of another. */
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

  /** Removes a message, whatever its state; returns the consumer that runs it, if any. */
  #withdraw(entry: Entry): ChannelConsumer | undefined {
    const { location } = entry;
    if (location.type === 'waiting') {
      this.#blocked.withdraw(entry);
      this.#forget(entry);
    } else this.channels.named(entry.message.channel).withdraw(entry);
    return location.type === 'running' ? location.delivery.consumer : undefined;
  }

  /** Called when the broker no longer holds the message. */
  #forget(entry: Entry): void {
    entry.location = { type: 'none' };
    this.#jobs.remove(entry);
    this.#blocked.removeReader(entry);
  }

  #takeBack(letter: NewEntry, channel: InMemoryChannel, { withDependents }: ReplayOptions): Omit<ReplayedLetter, 'id'> {
    const { jobId } = letter;
    const taker = namesOf(letter)
      .map((name) => this.#jobs.find(name))
      .find((entry) => entry !== undefined);
    if (taker) return { outcome: 'job-exists', jobId, place: placeOf(taker) };
    const isInUse = withDependents && resultOf(letter.message).some((id) => this.#blocked.hasReadersBelow(id));
    if (isInUse) return { outcome: 'result-in-use', jobId };
    const entry = newEntry(this.#nextId(), letter);
    this.#jobs.add(entry);
    channel.add(entry);
    return { outcome: 'replayed', jobId };
  }

  /** Blocks the messages again that were skipped because of these. */
  #revive(replayed: readonly Message[]): void {
    const skipped = this.#blocked.takeSkipped(replayed.flatMap(resultOf));
    const messages = this.#ids.onlyFree(skipped.map(({ message }) => message));
    this.#addAll(messages);
    for (const { entry, message } of skipped) if (!messages.includes(message)) this.#endedJobs.removeOwnArgs(entry);
  }

  #nextId(): string {
    return String(++this.#entries);
  }
}

/** The details that depend on the job's location. */
function detailsOf({ location }: Entry): Pick<JobInspection, 'dueAt' | 'missing'> | undefined {
  if (location.type === 'delayed') return { dueAt: location.ticket.dueAt };
  if (location.type !== 'waiting') return undefined;
  return { missing: [...location.missing].map(([bucketId, condition]) => ({ bucketId, condition })) };
}

/** The bucket of the message's result; empty if its headers name none. */
function resultOf({ headers }: Message): string[] {
  const id = resultBucketOf(headers);
  return id === undefined ? [] : [id];
}
