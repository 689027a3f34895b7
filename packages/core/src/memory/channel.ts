import type { ChannelStats, DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
import { Alarm } from '../clock/alarm.js';
import { DueQueue } from '../clock/due-queue.js';
import type { Message } from '../message/index.js';
import type { InMemoryConsumer } from './consumer.js';
import { type DeadLetterRules, DeadLetters } from './dead-letters.js';
import type { InMemoryDelivery } from './delivery.js';
import { type Entry, type NewEntry, withHeaders } from './entry.js';
import { type Fate, fateOf } from './fate.js';
import { first } from './first.js';
import { givenUpAfter } from './given-up.js';
import { InHand } from './in-hand.js';
import { Lanes } from './lanes.js';
import { Suspects } from './suspects.js';

/** What a channel needs to know of its broker. */
export interface ChannelRules extends DeadLetterRules {
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  /** Is told of each message that has left the channel for good. */
  readonly onEnd: (entry: Entry) => void;
  /** Is told of each message that the channel has given up by itself. It has ended already. */
  readonly onGiveUp: (entry: Entry, reason: DeadLetterReason) => void;
}

/** One channel with all that it holds. Every method is one synchronous act. */
export class Channel {
  readonly #lanes = new Lanes();
  readonly #suspects = new Suspects();
  readonly #delayed = new DueQueue<Entry>();
  readonly #inHand: InHand;
  readonly #deadLetters: DeadLetters;
  readonly #waiting = new Set<InMemoryConsumer>();
  readonly #alarm: Alarm;
  #paused = false;

  constructor(
    readonly name: string,
    private readonly rules: ChannelRules,
  ) {
    this.#inHand = new InHand(rules.ownershipTime);
    this.#deadLetters = new DeadLetters(rules);
    this.#alarm = new Alarm(rules.clock, () => this.wakeUp());
  }

  /** Takes a message in, for now or for later. Nobody is told before `serve()`. */
  add(entry: Entry, dueAt = 0): void {
    if (!(dueAt > this.rules.clock.now())) return this.#lanes.add(entry);
    entry.place = { name: 'delayed', ticket: this.#delayed.add(entry, dueAt) };
    this.#setAlarm();
  }

  /** The next message, or undefined where none is due. It has no owner until `hand()` gives it one. */
  take(): Entry | undefined {
    return this.#paused ? undefined : this.#lanes.take();
  }

  /** The next suspect, which runs alone from now on. */
  takeSuspect(): Entry | undefined {
    return this.#paused ? undefined : this.#suspects.take(this.rules.clock.now());
  }

  /** True where a message is to be tried alone. */
  get hasSuspects(): boolean {
    return !this.#paused && this.#suspects.size > 0;
  }

  /** Gives the consumer ownership. */
  hand(delivery: InMemoryDelivery): void {
    delivery.entry.place = { name: 'running', delivery };
    this.#inHand.hold(delivery, this.rules.clock.now());
    this.#setAlarm();
  }

  /** Has an owned delivery owned for the full time again. One that has run alone for so long is not to blame. */
  extend(delivery: InMemoryDelivery): void {
    const { entry } = delivery;
    const now = this.rules.clock.now();
    if (entry.aloneSince !== undefined && now - entry.aloneSince >= this.rules.ownershipTime) {
      entry.aloneSince = undefined;
    }
    this.#inHand.hold(delivery, now);
    this.#setAlarm();
  }

  /** Ends an owned delivery: the message is gone and its id is free. */
  remove(delivery: InMemoryDelivery): void {
    this.#inHand.release(delivery);
    this.#forget(delivery.entry);
  }

  /** Ends an owned delivery: the message goes to the dead letters, and its id is free. */
  giveUp(delivery: InMemoryDelivery, headers: Message['headers'], reason: DeadLetterReason): void {
    delivery.entry.message = withHeaders(delivery.message, headers);
    this.remove(delivery);
    this.#deadLetters.add(delivery.entry, reason);
  }

  /** Ends an owned delivery: the message goes back to the end, now or later, and is counted anew. */
  giveBack(delivery: InMemoryDelivery, headers: Message['headers'], dueAt = 0): void {
    const { entry } = delivery;
    this.#inHand.release(delivery);
    entry.message = withHeaders(delivery.message, headers);
    entry.deliveries = 0;
    entry.aloneSince = undefined;
    entry.isExhausted = false;
    this.add(entry, dueAt);
  }

  /** Takes a message away that is delayed, queued or running. A running one is lost to its owner. */
  withdraw(entry: Entry): void {
    const { place } = entry;
    if (place.name === 'delayed') this.#delayed.remove(place.ticket);
    if (place.name === 'queued') place.queue.remove(place.link);
    if (place.name === 'running') this.#inHand.release(place.delivery);
    this.#forget(entry);
  }

  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  /** The consumer is told of what comes. */
  await(consumer: InMemoryConsumer): void {
    this.#waiting.add(consumer);
  }

  ignore(consumer: InMemoryConsumer): void {
    this.#waiting.delete(consumer);
  }

  /** Gives what is queued to who waits for it, who has waited longest first; tells all of them of suspects. */
  serve(): void {
    for (const consumer of this.#waiting) {
      if (this.#paused || this.#lanes.size + this.#suspects.size === 0) return;
      consumer.serve();
    }
  }

  /** Moves what is due to where it is to be by now. */
  refresh(): void {
    const now = this.rules.clock.now();
    for (let due = this.#delayed.takeDue(now); due; due = this.#delayed.takeDue(now)) this.#lanes.add(due.item);
    this.#takeOver(this.#inHand.takeExpired(now).map((delivery) => delivery.entry));
    this.#setAlarm();
  }

  /** Sees to what is due, and serves who waits for it. */
  wakeUp(): void {
    this.refresh();
    this.serve();
  }

  /** Lets time pass unheeded until `wakeUp()`. */
  sleep(): void {
    this.#alarm.stop();
  }

  stats(): Omit<ChannelStats, 'waiting' | 'consumers'> {
    const queued = this.#lanes.size + this.#suspects.size;
    const [delayed, running] = [this.#delayed.size, this.#inHand.size];
    return { queued, delayed, running, deadLetters: this.#deadLetters.size, paused: this.#paused };
  }

  peek(limit: number): Message[] {
    const upcoming = [...this.#lanes.upcoming(limit), ...first(this.#suspects, limit)];
    return upcoming.slice(0, Math.max(0, limit)).map((entry) => entry.message);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  /** All that is queued or delayed. */
  get unstarted(): Entry[] {
    return [...this.#lanes, ...this.#suspects, ...this.#delayed];
  }

  /** All that is running. */
  get running(): Entry[] {
    return [...this.#inHand].map((delivery) => delivery.entry);
  }

  deadLetters(limit: number): DeadLetter[] {
    return this.#deadLetters.list(limit);
  }

  /** Gives those chosen to `takeBack`, which returns what became of each. */
  replay(options: ReplayOptions, takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>): ReplayedLetter[] {
    return this.#deadLetters.replay(options, takeBack);
  }

  /** Returns how many of them were there; without ids all are deleted. */
  deleteDeadLetters(ids?: readonly string[]): number {
    if (ids) return this.#deadLetters.delete(ids);
    const { size } = this.#deadLetters;
    this.#deadLetters.clear();
    return size;
  }

  #forget(entry: Entry): void {
    entry.place = { name: 'nowhere' };
    this.rules.onEnd(entry);
  }

  /** Their owners are lost. Most go first, in their order, for they were taken before what is queued now. */
  #takeOver(lost: readonly Entry[]): void {
    if (lost.length === 0) return;
    const fates = new Map(lost.map((entry) => [entry, this.#fateOf(entry)]));
    const latestFirst = lost.toSorted((one, other) => other.turn - one.turn);
    for (const entry of latestFirst) if (fates.get(entry) === 'delivered-again') this.#lanes.putBack(entry);
    for (const entry of lost) if (isToBeAlone(fates.get(entry)!)) this.#suspects.add(entry);
    for (const entry of lost) if (fates.get(entry) === 'given-up') this.#giveUpOn(entry);
  }

  #fateOf(entry: Entry): Fate {
    const { deliveries: deaths, aloneSince, isExhausted: wasExhausted } = entry;
    const fate = fateOf({ deaths, ranAlone: aloneSince !== undefined, wasExhausted }, this.rules.maxDeliveries);
    entry.aloneSince = undefined;
    entry.isExhausted = fate === 'exhausted';
    return fate;
  }

  #giveUpOn(entry: Entry): void {
    const reason = givenUpAfter(entry.deliveries, this.rules.clock.now());
    this.#forget(entry);
    this.#deadLetters.add(entry, reason);
    this.rules.onGiveUp(entry, reason);
  }

  #setAlarm(): void {
    this.#alarm.setBy(Math.min(this.#delayed.first?.dueAt ?? Infinity, this.#inHand.firstExpiry ?? Infinity));
  }
}

function isToBeAlone(fate: Fate): boolean {
  return fate === 'suspect' || fate === 'exhausted';
}
