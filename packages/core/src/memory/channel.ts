import type { ChannelStats, DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
import { Alarm } from '../clock/alarm.js';
import type { Clock } from '../clock/index.js';
import { DueQueue } from '../clock/due-queue.js';
import type { Message } from '../message/index.js';
import type { InMemoryConsumer } from './consumer.js';
import { DeadLetters } from './dead-letters.js';
import type { InMemoryDelivery } from './delivery.js';
import { type Entry, type NewEntry, withHeaders } from './entry.js';
import { InHand } from './in-hand.js';
import { Lanes } from './lanes.js';
import { givenUpAfter } from './given-up.js';

/** Exhausted messages are handed out to be refused; where even that fails so often, the channel gives them up by itself. */
const LAST_RESORT = 2;

/** What a channel needs to know of its broker. */
export interface ChannelRules {
  readonly clock: Clock;
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  /** Is told of each message that has left the channel for good. */
  readonly onEnd: (entry: Entry) => void;
}

/** One channel with all that it holds. Every method is one synchronous act. */
export class Channel {
  readonly #lanes = new Lanes();
  readonly #delayed = new DueQueue<Entry>();
  readonly #inHand: InHand;
  readonly #deadLetters = new DeadLetters();
  readonly #waiting = new Set<InMemoryConsumer>();
  readonly #alarm: Alarm;
  #paused = false;

  constructor(
    readonly name: string,
    private readonly rules: ChannelRules,
  ) {
    this.#inHand = new InHand(rules.ownershipTime);
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

  /** Gives the consumer ownership. */
  hand(delivery: InMemoryDelivery): void {
    delivery.entry.place = { name: 'running', delivery };
    this.extend(delivery);
  }

  /** Has an owned delivery owned for the full time again. */
  extend(delivery: InMemoryDelivery): void {
    this.#inHand.hold(delivery, this.rules.clock.now());
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
    this.#inHand.release(delivery);
    delivery.entry.message = withHeaders(delivery.message, headers);
    delivery.entry.deliveries = 0;
    this.add(delivery.entry, dueAt);
  }

  /** Takes a message away that is delayed, queued or running. A running one is lost to its owner. */
  withdraw(entry: Entry): void {
    const { place } = entry;
    if (place.name === 'delayed') this.#delayed.remove(place.ticket);
    if (place.name === 'running') this.#inHand.release(place.delivery);
    this.#lanes.remove(entry);
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

  /** Gives what is queued to who waits for it, who has waited longest first. */
  serve(): void {
    for (const consumer of this.#waiting) {
      if (this.#paused || this.#lanes.size === 0) return;
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
    const [queued, delayed, running] = [this.#lanes.size, this.#delayed.size, this.#inHand.size];
    return { queued, delayed, running, deadLetters: this.#deadLetters.size, paused: this.#paused };
  }

  peek(limit: number): Message[] {
    return this.#lanes.upcoming(limit).map((entry) => entry.message);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  /** Removes what is queued or delayed; answers how many. */
  purge(): number {
    const purged = [...this.#lanes.clear(), ...this.#delayed.clear()];
    for (const entry of purged) this.#forget(entry);
    return purged.length;
  }

  /** Removes everything, as if the channel were new. Consumers that wait keep waiting. */
  clear(): void {
    this.purge();
    for (const delivery of this.#inHand.clear()) this.#forget(delivery.entry);
    this.#deadLetters.clear();
    this.#paused = false;
  }

  deadLetters(limit: number): DeadLetter[] {
    return this.#deadLetters.list(limit);
  }

  /** Gives those chosen to `takeBack`, which returns what became of each. */
  replay(options: ReplayOptions, takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>): ReplayedLetter[] {
    return this.#deadLetters.replay(options, takeBack);
  }

  /** Returns how many were there. */
  deleteDeadLetters(ids: readonly string[]): number {
    return this.#deadLetters.delete(ids);
  }

  #forget(entry: Entry): void {
    entry.place = { name: 'nowhere' };
    this.rules.onEnd(entry);
  }

  /** Their owners are lost. They go first, in their order, for they were taken before what is queued now. */
  #takeOver(lost: Entry[]): void {
    const isWornOut = (entry: Entry): boolean => entry.deliveries >= LAST_RESORT * this.rules.maxDeliveries;
    for (const entry of lost.filter(isWornOut)) this.#giveUpOn(entry);
    for (const entry of lost.toReversed()) if (!isWornOut(entry)) this.#lanes.putBack(entry);
  }

  #giveUpOn(entry: Entry): void {
    this.#forget(entry);
    this.#deadLetters.add(entry, givenUpAfter(entry.deliveries, this.rules.clock.now()));
  }

  #setAlarm(): void {
    this.#alarm.setBy(Math.min(this.#delayed.first?.dueAt ?? Infinity, this.#inHand.firstExpiry ?? Infinity));
  }
}
