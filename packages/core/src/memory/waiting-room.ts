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
import type { BucketWatcher, KeptState } from './bucket-contents.js';
import type { Entry } from './entry.js';
import type { JoinedBuckets } from './joined-buckets.js';
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

/** What a waiting room needs to know of its broker. */
export interface WaitingRoomRules {
  readonly clock: Clock;
  readonly buckets: JoinedBuckets;
  /** Takes a message that waits no longer. */
  readonly onReady: (entry: Entry, message: OutgoingMessage) => void;
  /** Is told of a message that is skipped: it is not held any more. */
  readonly onSkip: (entry: Entry) => void;
  /** Is told of a message that was skipped and can't be brought back any more. */
  readonly onDrop: (entry: Entry) => void;
  /** Is told when everything that an act has caused is done. */
  readonly onDone: () => void;
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

  constructor(private readonly rules: WaitingRoomRules) {
    this.#skipped = new SkippedMessages(rules.clock, rules.onDrop);
    this.#members = new Memberships((bucketId) => this.#letGo(bucketId));
    this.#alarm = new Alarm(rules.clock, () => this.wakeUp());
  }

  /** Who waits for the bucket, or has yet to read it. */
  waitersOf(bucketId: string): JobReference[] {
    return this.#members.of(bucketId).flatMap(({ jobId, message }) => {
      return jobId === undefined ? [] : [{ channel: message.channel, jobId }];
    });
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
  takeSkipped(bucketIds: readonly string[]): Skipped[] {
    const pending = [...bucketIds];
    const taken: Skipped[] = [];
    for (const bucketId of pending) {
      this.rules.buckets.delete(bucketId);
      const skipped = this.#skippedFor(bucketId);
      this.#skipped.take(skipped);
      taken.push(...skipped);
      pending.push(...skipped.flatMap(resultOf));
    }
    return taken;
  }

  /** True where somebody has yet to read the bucket, or the result of a job that was skipped because of it, to the end of the graph. */
  isReadBelow(bucketId: string): boolean {
    const pending = new Set([bucketId]);
    for (const id of pending) {
      if (this.hasReaders(id)) return true;
      for (const next of this.#skippedFor(id).flatMap(resultOf)) pending.add(next);
    }
    return false;
  }

  /** Those that were skipped because of the bucket and have not run since, as their results still say. */
  #skippedFor(bucketId: string): Skipped[] {
    return this.#skipped.of(bucketId).filter(({ waits: { result } }) => {
      return result !== undefined && this.#look(result.id)?.state === 'skipped';
    });
  }

  /** The job has ended: buckets need not be kept for it any more. */
  leave(entry: Entry): void {
    for (const { bucketId } of this.#readers.get(entry) ?? []) this.#members.leave(bucketId, entry);
    this.#readers.delete(entry);
  }

  /** Skips what has waited for too long. */
  wakeUp(): void {
    const now = this.rules.clock.now();
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
    this.rules.onDone();
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
    this.rules.onReady(parked.entry, parked.message);
  }

  /** What has succeeded is not replayed: nothing need be kept to be brought back with it. */
  #skipBroken(parked: Parked, broken: BrokenWait): void {
    const because = broken.state === 'succeeded' ? undefined : broken.bucketId;
    this.#skip(parked, skipReason(broken), causeOfSkip(broken), because);
  }

  #skipLate(entry: Entry): void {
    const parked = this.#parked.get(entry);
    if (!parked) return;
    const reason = lateReason(parked.waits.timeout, [...parked.missing.keys()]);
    this.#skip(parked, reason, reason);
  }

  #skip(parked: Parked, reason: string, cause: string, because?: string): void {
    this.#forget(parked);
    this.rules.onSkip(parked.entry);
    const { result } = parked.waits;
    this.#keepSkipped(parked, because);
    if (result === undefined) return;
    const { id, ttl, into } = result;
    const { headers } = parked.message;
    const body = skippedBody(reason, ttl, this.rules.clock.now(), headers);
    const ending = { success: false, skipped: true, cause, jobName: headers[HEADER.topic] };
    this.rules.buckets.store({ id, ttl, body, ...ending, into });
  }

  /** For as long as its result says that it was skipped. */
  #keepSkipped({ entry, message, waits }: Parked, because: string | undefined): void {
    const ttl = waits.result === undefined ? 0 : waits.result.ttl;
    if (because === undefined || ttl === 0) return this.rules.onDrop(entry);
    this.#skipped.keep({ entry, message: { ...message, buckets: [], clears: [] }, waits }, because, ttl);
  }

  #park(entry: Entry, message: OutgoingMessage, waits: Waits): Parked {
    const missing = new Map(waits.on.map(({ bucketId, condition }) => [bucketId, condition]));
    const deadline = this.#deadlines.add(entry, this.rules.clock.now() + waits.timeout);
    const parked = { entry, message, waits, missing, deadline };
    this.#parked.set(entry, parked);
    entry.place = { name: 'waiting', missing };
    for (const { bucketId } of waits.on) {
      this.#members.join(bucketId, entry);
      for (const contents of this.rules.buckets) contents.keep(bucketId);
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
    for (const contents of this.rules.buckets) {
      const state = contents.stateOf(bucketId);
      if (state) return state;
    }
    return undefined;
  }

  #letGo(bucketId: string): void {
    for (const contents of this.rules.buckets) contents.letGo(bucketId);
  }

  #setAlarm(): void {
    this.#alarm.setBy(this.#deadlines.first?.dueAt ?? Infinity);
  }
}

/** The bucket that the result of a skipped job went to, if any. */
function resultOf({ waits }: Skipped): string[] {
  return waits.result ? [waits.result.id] : [];
}
