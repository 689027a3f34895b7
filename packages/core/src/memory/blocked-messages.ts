import type { JobReference } from '../broker/index.js';
import type { BucketRecord } from '../bucket/index.js';
import { bucketState } from '../bucket/bucket-broker.js';
import { skippedBody } from '../bucket/skipped-bucket.js';
import { Alarm } from '../clock/alarm.js';
import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import {
  causeOfSkip,
  type Condition,
  isMet,
  lateReason,
  skipReason,
  type UnmetWait,
  type Wait,
  type Waits,
} from '../dependency/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import type { BucketWatcher, StoredState } from './bucket-contents.js';
import { BucketReferences } from './bucket-references.js';
import type { Entry } from './entry.js';
import { type Skipped, SkippedMessages } from './skipped-messages.js';
import type { TransactionalBuckets } from './transactional-buckets.js';

/** A message that waits for buckets, and the conditions that are not met yet. */
interface BlockedMessage {
  readonly entry: Entry;
  readonly message: OutgoingMessage;
  readonly waits: Waits;
  readonly missing: Map<string, Condition>;
  readonly deadline: Due<Entry>;
}

/** What blocked messages need from their broker. */
export interface BlockedMessagesRules {
  readonly clock: Clock;
  readonly buckets: TransactionalBuckets;
  /** Takes a message whose conditions are all met. */
  readonly onReady: (entry: Entry, message: OutgoingMessage) => void;
  /** Called for a skipped message: the broker no longer holds it. */
  readonly onSkip: (entry: Entry) => void;
  /** Called for a skipped message that can no longer be brought back. */
  readonly onDrop: (entry: Entry) => void;
  /** Called after all consequences of one operation were carried out. */
  readonly onDone: () => void;
}

/** Messages that wait for buckets. Each method is synchronous, and also carries out everything that follows from it. */
export class BlockedMessages implements BucketWatcher {
  readonly #blocked = new Map<Entry, BlockedMessage>();
  /** The messages that wait for a bucket, or have yet to read it. */
  readonly #references: BucketReferences;
  readonly #skipped: SkippedMessages;
  /** Released jobs that have not ended, and the buckets that they may still read. */
  readonly #readers = new Map<Entry, readonly Wait[]>();
  readonly #deadlines = new DueQueue<Entry>();
  readonly #alarm: Alarm;
  readonly #stored: BucketRecord[] = [];
  #isProcessing = false;

  constructor(private readonly rules: BlockedMessagesRules) {
    this.#skipped = new SkippedMessages(rules.clock, rules.onDrop);
    this.#references = new BucketReferences((bucketId) => this.#releaseBucket(bucketId));
    this.#alarm = new Alarm(rules.clock, () => this.wakeUp());
  }

  /** The jobs that wait for the bucket, or have yet to read it. */
  waitersOf(bucketId: string): JobReference[] {
    return this.#references.of(bucketId).flatMap(({ jobId, message }) => {
      return jobId === undefined ? [] : [{ channel: message.channel, jobId }];
    });
  }

  /** Blocks the message. Releases or skips it immediately if the buckets that exist already decide that. */
  add(entry: Entry, message: OutgoingMessage, waits: Waits): void {
    const blocked = this.#block(entry, message, waits);
    for (const { bucketId } of waits.on) {
      const bucket = this.#stateOf(bucketId);
      if (bucket) this.#apply(blocked, bucketId, bucket);
    }
    this.#setAlarm();
    this.#processStored();
  }

  /** Removes a blocked message. */
  withdraw(entry: Entry): void {
    const blocked = this.#blocked.get(entry);
    if (blocked) this.#forget(blocked);
  }

  /** All blocked messages of the channel. */
  on(channel: string): Entry[] {
    return [...this.#blocked.keys()].filter(({ message }) => message.channel === channel);
  }

  /** Removes and returns the messages that were skipped because of these buckets, and all that were skipped because of those. Deletes the buckets. */
  takeSkipped(bucketIds: readonly string[]): Skipped[] {
    const pending = [...bucketIds];
    const taken: Skipped[] = [];
    for (const bucketId of pending) {
      this.rules.buckets.delete(bucketId);
      const skipped = this.#skippedFor(bucketId);
      this.#skipped.remove(skipped);
      taken.push(...skipped);
      pending.push(...skipped.flatMap(resultIdOf));
    }
    return taken;
  }

  /** True if a released job has yet to read the bucket, or the result of a job that was skipped because of it, at any depth. */
  hasReadersBelow(bucketId: string): boolean {
    const pending = new Set([bucketId]);
    for (const id of pending) {
      if (this.hasReaders(id)) return true;
      for (const next of this.#skippedFor(id).flatMap(resultIdOf)) pending.add(next);
    }
    return false;
  }

  /** The messages that were skipped because of the bucket and have not run since: their results still say "skipped". */
  #skippedFor(bucketId: string): Skipped[] {
    return this.#skipped.of(bucketId).filter(({ waits: { result } }) => {
      return result !== undefined && this.#stateOf(result.id)?.state === 'skipped';
    });
  }

  /** Called when a job has ended: its buckets may expire. */
  removeReader(entry: Entry): void {
    for (const { bucketId } of this.#readers.get(entry) ?? []) this.#references.remove(bucketId, entry);
    this.#readers.delete(entry);
  }

  /** Skips messages whose wait has timed out. */
  wakeUp(): void {
    const now = this.rules.clock.now();
    for (let due = this.#deadlines.takeDue(now); due; due = this.#deadlines.takeDue(now)) this.#skipLate(due.item);
    this.#setAlarm();
    this.#processStored();
  }

  /** Stops the timer. */
  sleep(): void {
    this.#alarm.stop();
  }

  /** True if the bucket exists and a released job has yet to read it. */
  hasReaders(bucketId: string): boolean {
    return this.#references.has(bucketId) && this.#stateOf(bucketId) !== undefined;
  }

  needs(bucketId: string): boolean {
    return this.#references.has(bucketId);
  }

  stored(record: BucketRecord): void {
    if (!this.#references.has(record.id)) return;
    this.#stored.push(record);
    this.#processStored();
  }

  /** Iterates instead of recursing: a skip stores the next bucket, and a graph may be ten thousand deep. */
  #processStored(): void {
    if (this.#isProcessing) return;
    this.#isProcessing = true;
    for (const record of this.#stored) this.#applyToWaiters(record);
    this.#stored.length = 0;
    this.#isProcessing = false;
    this.rules.onDone();
  }

  #applyToWaiters(record: BucketRecord): void {
    for (const entry of this.#references.of(record.id)) {
      const blocked = this.#blocked.get(entry);
      if (blocked) this.#apply(blocked, record.id, { ...record, state: bucketState(record) });
    }
  }

  /** Applies the state of a bucket to a message that waits for it: one condition less, or a skip. */
  #apply(blocked: BlockedMessage, bucketId: string, { state, cause, jobName }: StoredState): void {
    const condition = blocked.missing.get(bucketId);
    if (condition === undefined || !this.#blocked.has(blocked.entry)) return;
    if (!isMet(condition, state)) return this.#skipUnmet(blocked, { bucketId, condition, state, cause, jobName });
    blocked.missing.delete(bucketId);
    if (blocked.missing.size > 0) return;
    this.#unblock(blocked);
    if (blocked.message.id === undefined) this.#removeReferences(blocked);
    else this.#readers.set(blocked.entry, blocked.waits.on);
    this.rules.onReady(blocked.entry, blocked.message);
  }

  /** A job that succeeded is never replayed, so a message skipped because of it need not be kept. */
  #skipUnmet(blocked: BlockedMessage, unmet: UnmetWait): void {
    const because = unmet.state === 'succeeded' ? undefined : unmet.bucketId;
    this.#skip(blocked, skipReason(unmet), causeOfSkip(unmet), because);
  }

  #skipLate(entry: Entry): void {
    const blocked = this.#blocked.get(entry);
    if (!blocked) return;
    const reason = lateReason(blocked.waits.timeout, [...blocked.missing.keys()]);
    this.#skip(blocked, reason, reason);
  }

  #skip(blocked: BlockedMessage, reason: string, cause: string, because?: string): void {
    this.#forget(blocked);
    this.rules.onSkip(blocked.entry);
    const { result } = blocked.waits;
    this.#keepSkipped(blocked, because);
    if (result === undefined) return;
    const { id, ttl, into } = result;
    const { headers } = blocked.message;
    const body = skippedBody(reason, ttl, this.rules.clock.now(), headers);
    const outcome = { success: false, skipped: true, cause, jobName: headers[HEADER.topic] };
    this.rules.buckets.store({ id, ttl, body, ...outcome, into });
  }

  /** Keeps the message for as long as its result says that it was skipped. */
  #keepSkipped({ entry, message, waits }: BlockedMessage, because: string | undefined): void {
    const ttl = waits.result === undefined ? 0 : waits.result.ttl;
    if (because === undefined || ttl === 0) return this.rules.onDrop(entry);
    this.#skipped.keep({ entry, message: { ...message, buckets: [], clears: [] }, waits }, because, ttl);
  }

  #block(entry: Entry, message: OutgoingMessage, waits: Waits): BlockedMessage {
    const missing = new Map(waits.on.map(({ bucketId, condition }) => [bucketId, condition]));
    const deadline = this.#deadlines.add(entry, this.rules.clock.now() + waits.timeout);
    const blocked = { entry, message, waits, missing, deadline };
    this.#blocked.set(entry, blocked);
    entry.location = { type: 'waiting', missing };
    for (const { bucketId } of waits.on) {
      this.#references.add(bucketId, entry);
      for (const contents of this.rules.buckets) contents.keep(bucketId);
    }
    return blocked;
  }

  #unblock({ entry, deadline }: BlockedMessage): void {
    this.#blocked.delete(entry);
    this.#deadlines.remove(deadline);
  }

  #forget(blocked: BlockedMessage): void {
    this.#unblock(blocked);
    this.#removeReferences(blocked);
  }

  #removeReferences({ entry, waits }: BlockedMessage): void {
    for (const { bucketId } of waits.on) this.#references.remove(bucketId, entry);
  }

  #stateOf(bucketId: string): StoredState | undefined {
    for (const contents of this.rules.buckets) {
      const state = contents.stateOf(bucketId);
      if (state) return state;
    }
    return undefined;
  }

  #releaseBucket(bucketId: string): void {
    for (const contents of this.rules.buckets) contents.release(bucketId);
  }

  #setAlarm(): void {
    this.#alarm.setBy(this.#deadlines.first?.dueAt ?? Infinity);
  }
}

/** The bucket that stores the result of a skipped job, if any. */
function resultIdOf({ waits }: Skipped): string[] {
  return waits.result ? [waits.result.id] : [];
}
