import type {
  ChannelStats,
  DeadLetter,
  DeadLetterReason,
  JobInspection,
  JobLocation,
  ReplayOptions,
} from '../broker/index.js';
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
  /** Is told of each job that has left the channel for good. */
  readonly onEnd: (channel: string, jobId: string) => void;
}

/** One channel with all that it holds. Every method is one synchronous act. */
export class Channel {
  readonly #lanes = new Lanes();
  readonly #delayed = new DueQueue<Entry>();
  readonly #inHand: InHand;
  readonly #deadLetters = new DeadLetters();
  readonly #jobs = new Map<string, Entry>();
  readonly #waiting = new Set<InMemoryConsumer>();
  readonly #alarm: Alarm;
  #paused = false;
  #entries = 0;

  constructor(
    readonly name: string,
    private readonly rules: ChannelRules,
  ) {
    this.#inHand = new InHand(rules.ownershipTime);
    this.#alarm = new Alarm(rules.clock, () => this.wakeUp());
  }

  /** True where a job with this id is delayed, queued or running. */
  holds(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  /** Takes a message in, for now or for later. Nobody is told before `serve()`. */
  add({ jobId, priority, message }: NewEntry, dueAt = 0): void {
    const id = String(++this.#entries);
    // Written out: V8 takes tens of times as long for an object that is spread and then added to.
    const entry: Entry = { id, jobId, priority, message, deliveries: 0, place: { name: 'nowhere' } };
    if (entry.jobId !== undefined) this.#jobs.set(entry.jobId, entry);
    this.#enqueue(entry, dueAt);
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
    this.#enqueue(delivery.entry, dueAt);
  }

  locate(jobId: string): JobLocation | undefined {
    const place = this.#jobs.get(jobId)?.place;
    return place?.name === 'nowhere' ? undefined : place?.name;
  }

  inspect(jobId: string): JobInspection | undefined {
    const entry = this.#jobs.get(jobId);
    if (!entry || entry.place.name === 'nowhere') return undefined;
    const dueAt = entry.place.name === 'delayed' ? { dueAt: entry.place.ticket.dueAt } : undefined;
    return { location: entry.place.name, message: entry.message, ...dueAt };
  }

  /** Takes a job away that nobody runs; answers whether it could. */
  withdraw(jobId: string): boolean {
    const entry = this.#jobs.get(jobId);
    if (!entry || entry.place.name === 'running') return false;
    if (entry.place.name === 'delayed') this.#delayed.remove(entry.place.ticket);
    this.#lanes.remove(entry);
    this.#forget(entry);
    return true;
  }

  /** The consumer that has the job in hand. */
  runnerOf(jobId: string): InMemoryConsumer | undefined {
    const place = this.#jobs.get(jobId)?.place;
    return place?.name === 'running' ? place.delivery.consumer : undefined;
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

  stats(): Omit<ChannelStats, 'waiting'> {
    const [queued, delayed, running] = [this.#lanes.size, this.#delayed.size, this.#inHand.size];
    return { queued, delayed, running, deadLetters: this.#deadLetters.size, paused: this.#paused };
  }

  peek(limit: number): Message[] {
    return this.#lanes.upcoming(limit).map((entry) => entry.message);
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

  /** Answers what was put back. */
  replay(options: ReplayOptions, mustStay: (message: Message) => boolean): Message[] {
    return this.#deadLetters.replay(options, (entry) => !mustStay(entry.message) && this.#takeBack(entry));
  }

  #enqueue(entry: Entry, dueAt: number): void {
    if (!(dueAt > this.rules.clock.now())) return this.#lanes.add(entry);
    entry.place = { name: 'delayed', ticket: this.#delayed.add(entry, dueAt) };
    this.#setAlarm();
  }

  #forget(entry: Entry): void {
    entry.place = { name: 'nowhere' };
    if (entry.jobId === undefined) return;
    this.#jobs.delete(entry.jobId);
    this.rules.onEnd(this.name, entry.jobId);
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

  #takeBack(entry: NewEntry): boolean {
    if (entry.jobId !== undefined && this.holds(entry.jobId)) return false;
    this.add(entry);
    return true;
  }

  #setAlarm(): void {
    this.#alarm.setBy(Math.min(this.#delayed.first?.dueAt ?? Infinity, this.#inHand.firstExpiry ?? Infinity));
  }
}
