import type { JobReference } from '../broker/index.js';
import type { BucketRecord } from '../bucket/index.js';
import { bucketState } from '../bucket/bucket-broker.js';
import { skippedBody } from '../bucket/skipped-bucket.js';
import { Alarm } from '../clock/alarm.js';
import type { Clock } from '../clock/index.js';
import { type Due, DueQueue } from '../clock/due-queue.js';
import {
  type BrokenWait,
  causeOfSkip,
  type Condition,
  isMet,
  lateReason,
  skipReason,
  type Wait,
  type Waits,
} from '../dependency/index.js';
import { HEADER, type OutgoingMessage } from '../message/index.js';
import type { BucketContents, BucketWatcher, KeptState } from './bucket-contents.js';
import type { InMemoryBucketBroker } from './bucket-broker.js';
import type { Entry } from './entry.js';
import { Memberships } from './memberships.js';
import { type Skipped, SkippedMessages } from './skipped.js';

/** A message that waits, and the conditions that have not been met yet. */
interface Parked {
  readonly entry: Entry;
  readonly message: OutgoingMessage;
  readonly waits: Waits;
  readonly missing: Map<string, Condition>;
  readonly deadline: Due<Entry>;
}

/** Where messages wait for buckets. Every act is synchronous and goes to the end of what it causes. */
export class WaitingRoom implements BucketWatcher {
  readonly #parked = new Map<Entry, Parked>();
  readonly #members: Memberships;
  readonly #skipped: SkippedMessages;
  /** Jobs that wait no longer and have not ended: what they may yet read. */
  readonly #readers = new Map<Entry, readonly Wait[]>();
  readonly #deadlines = new DueQueue<Entry>();
  readonly #alarm: Alarm;
  readonly #stored: BucketRecord[] = [];
  #isWorking = false;

  constructor(
    private readonly clock: Clock,
    private readonly contents: () => Iterable<BucketContents>,
    /** Takes a message that waits no longer. */
    private readonly admit: (entry: Entry, message: OutgoingMessage) => void,
    /** Is told of a message that is skipped: it is not held any more. */
    private readonly onSkipped: (entry: Entry) => void,
    /** Is told when everything that an act has caused is done. */
    private readonly onDone: () => void,
  ) {
    this.#skipped = new SkippedMessages(clock);
    this.#members = new Memberships((bucketId) => this.#letGo(bucketId));
    this.#alarm = new Alarm(clock, () => this.wakeUp());
  }

  /** Who waits for the bucket, or has yet to read it. */
  waitersOf(bucketId: string): JobReference[] {
    return this.#members.of(bucketId).flatMap(({ jobId, message }) => {
      return jobId === undefined ? [] : [{ channel: message.channel, jobId }];
    });
  }

  /** How many wait on the channel. */
  count(channel: string): number {
    let count = 0;
    for (const { message } of this.#parked.values()) if (message.channel === channel) count += 1;
    return count;
  }

  /** Parks the message, or admits or skips it where what it waits for has come already. */
  take(entry: Entry, message: OutgoingMessage, waits: Waits): void {
    const parked = this.#park(entry, message, waits);
    for (const { bucketId } of waits.on) {
      const bucket = this.#look(bucketId);
      if (bucket) this.#judge(parked, bucketId, bucket);
    }
    this.#setAlarm();
    this.#workOff();
  }

  /** Takes a message away that waits. */
  withdraw(entry: Entry): void {
    const parked = this.#parked.get(entry);
    if (parked) this.#forget(parked);
  }

  /** All that wait on the channel. */
  on(channel: string): Entry[] {
    return [...this.#parked.keys()].filter(({ message }) => message.channel === channel);
  }

  /** Takes out what was skipped because of these buckets, to the end of the graph; the buckets are there no more. */
  revive(bucketIds: readonly string[]): OutgoingMessage[] {
    const pending = [...bucketIds];
    const revived = new Set<Skipped>();
    for (const bucketId of pending) {
      if (!this.hasReaders(bucketId)) for (const contents of this.contents()) contents.delete(bucketId);
      for (const skipped of this.#skipped.takeWaitersOf(bucketId)) {
        revived.add(skipped);
        if (skipped.waits.result) pending.push(skipped.waits.result.id);
      }
    }
    return [...revived].map(({ message }) => message);
  }

  /** The job has ended: buckets need not be kept for it any more. */
  leave(entry: Entry): void {
    for (const { bucketId } of this.#readers.get(entry) ?? []) this.#members.leave(bucketId, entry);
    this.#readers.delete(entry);
  }

  /** Skips what has waited for too long. */
  wakeUp(): void {
    const now = this.clock.now();
    for (let due = this.#deadlines.takeDue(now); due; due = this.#deadlines.takeDue(now)) this.#skipLate(due.item);
    this.#setAlarm();
    this.#workOff();
  }

  /** Leaves no timer behind. */
  sleep(): void {
    this.#alarm.stop();
  }

  /** True where the bucket is there, and somebody has waited for it and has yet to read it. */
  hasReaders(bucketId: string): boolean {
    return this.#members.has(bucketId) && this.#look(bucketId) !== undefined;
  }

  holds(bucketId: string): boolean {
    return this.#members.has(bucketId);
  }

  stored(record: BucketRecord): void {
    if (!this.#members.has(record.id)) return;
    this.#stored.push(record);
    this.#workOff();
  }

  /** One bucket after the other: a skip stores the next, and a graph may be ten thousand deep. */
  #workOff(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (const record of this.#stored) this.#tellMembers(record);
    this.#stored.length = 0;
    this.#isWorking = false;
    this.onDone();
  }

  #tellMembers(record: BucketRecord): void {
    for (const entry of this.#members.of(record.id)) {
      const parked = this.#parked.get(entry);
      if (parked) this.#judge(parked, record.id, { ...record, state: bucketState(record) });
    }
  }

  #judge(parked: Parked, bucketId: string, { state, cause, jobName }: KeptState): void {
    const condition = parked.missing.get(bucketId);
    if (condition === undefined || !this.#parked.has(parked.entry)) return;
    if (!isMet(condition, state)) return this.#skipBroken(parked, { bucketId, condition, state, cause, jobName });
    parked.missing.delete(bucketId);
    if (parked.missing.size > 0) return;
    this.#unpark(parked);
    if (parked.message.id === undefined) this.#leaveAll(parked);
    else this.#readers.set(parked.entry, parked.waits.on);
    this.admit(parked.entry, parked.message);
  }

  #skipBroken(parked: Parked, broken: BrokenWait): void {
    this.#skip(parked, skipReason(broken), causeOfSkip(broken));
  }

  #skipLate(entry: Entry): void {
    const parked = this.#parked.get(entry);
    if (!parked) return;
    const reason = lateReason(parked.waits.timeout, [...parked.missing.keys()]);
    this.#skip(parked, reason, reason);
  }

  #skip(parked: Parked, reason: string, cause: string): void {
    this.#forget(parked);
    this.onSkipped(parked.entry);
    this.#skipped.keep({ message: parked.message, waits: parked.waits });
    const { result } = parked.waits;
    if (result === undefined) return;
    const { id, ttl, into } = result;
    const { headers } = parked.message;
    const body = skippedBody(reason, ttl, this.clock.now(), headers);
    const record = { id, ttl, body, success: false, skipped: true, cause, jobName: headers[HEADER.topic] };
    (into as InMemoryBucketBroker).contents.store(record);
  }

  #park(entry: Entry, message: OutgoingMessage, waits: Waits): Parked {
    const missing = new Map(waits.on.map(({ bucketId, condition }) => [bucketId, condition]));
    const deadline = this.#deadlines.add(entry, this.clock.now() + waits.timeout);
    const parked = { entry, message, waits, missing, deadline };
    this.#parked.set(entry, parked);
    entry.place = { name: 'waiting', missing };
    for (const { bucketId } of waits.on) {
      this.#members.join(bucketId, entry);
      for (const contents of this.contents()) contents.keep(bucketId);
    }
    return parked;
  }

  #unpark({ entry, deadline }: Parked): void {
    this.#parked.delete(entry);
    this.#deadlines.remove(deadline);
  }

  #forget(parked: Parked): void {
    this.#unpark(parked);
    this.#leaveAll(parked);
  }

  #leaveAll({ entry, waits }: Parked): void {
    for (const { bucketId } of waits.on) this.#members.leave(bucketId, entry);
  }

  #look(bucketId: string): KeptState | undefined {
    for (const contents of this.contents()) {
      const state = contents.stateOf(bucketId);
      if (state) return state;
    }
    return undefined;
  }

  #letGo(bucketId: string): void {
    for (const contents of this.contents()) contents.letGo(bucketId);
  }

  #setAlarm(): void {
    this.#alarm.setBy(this.#deadlines.first?.dueAt ?? Infinity);
  }
}
