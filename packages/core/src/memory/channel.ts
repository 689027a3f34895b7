import type { ChannelStats, DeadLetter, DeadLetterReason, ReplayedLetter, ReplayOptions } from '../broker/index.js';
import { Alarm } from '../clock/alarm.js';
import { DueQueue } from '../clock/due-queue.js';
import type { Message } from '../message/index.js';
import { type DeadLetterRules, DeadLetters } from './dead-letters.js';
import { type ChannelConsumer, type Entry, type LeasedDelivery, type NewEntry, withHeaders } from './entry.js';
import { first } from './first.js';
import { Leases } from './leases.js';
import { type LossOutcome, outcomeOfLoss } from './loss-outcome.js';
import { PriorityQueues } from './priority-queues.js';
import { Suspects } from './suspects.js';
import { tooManyDeliveries } from './too-many-deliveries.js';

/** What a channel needs from its broker. */
export interface ChannelRules extends DeadLetterRules {
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  /** Called for each message that has left the channel for good. */
  readonly onEnd: (entry: Entry) => void;
  /** Called for each message that the channel has dead-lettered by itself, after it has ended. */
  readonly onDeadLetter: (entry: Entry, reason: DeadLetterReason) => void;
}

/** One channel with all its messages. Every method is synchronous and atomic. */
export class InMemoryChannel {
  readonly #queues = new PriorityQueues();
  readonly #suspects = new Suspects();
  readonly #delayed = new DueQueue<Entry>();
  readonly #leases: Leases;
  readonly #deadLetters: DeadLetters;
  readonly #waiting = new Set<ChannelConsumer>();
  readonly #alarm: Alarm;
  #paused = false;

  constructor(
    readonly name: string,
    private readonly rules: ChannelRules,
  ) {
    this.#leases = new Leases(rules.ownershipTime);
    this.#deadLetters = new DeadLetters(rules);
    this.#alarm = new Alarm(rules.clock, () => this.wakeUp());
  }

  /** Adds a message, due now or later. Consumers see it only at the next `serve()`. */
  add(entry: Entry, dueAt = 0): void {
    if (!(dueAt > this.rules.clock.now())) return this.#queues.add(entry);
    entry.location = { type: 'delayed', ticket: this.#delayed.add(entry, dueAt) };
    this.#setAlarm();
  }

  /** Removes and returns the next message; undefined if none is due. It has no owner until `lease()`. */
  take(): Entry | undefined {
    return this.#paused ? undefined : this.#queues.take();
  }

  /** Removes and returns the next suspect. */
  takeSuspect(): Entry | undefined {
    return this.#paused ? undefined : this.#suspects.take();
  }

  /** Records that a suspect runs alone from now on. */
  markStarted({ entry }: LeasedDelivery): void {
    entry.aloneSince = this.rules.clock.now();
  }

  /** True if a message must be delivered alone. */
  get hasSuspects(): boolean {
    return !this.#paused && this.#suspects.size > 0;
  }

  /** Gives the delivery's consumer ownership. */
  lease(delivery: LeasedDelivery): void {
    delivery.entry.location = { type: 'running', delivery };
    this.#leases.grant(delivery, this.rules.clock.now());
    this.#setAlarm();
  }

  /** Renews the lease of an owned delivery. A suspect that has run alone for a full lease is cleared. */
  extend(delivery: LeasedDelivery): void {
    const { entry } = delivery;
    const now = this.rules.clock.now();
    if (entry.aloneSince !== undefined && now - entry.aloneSince >= this.rules.ownershipTime) {
      entry.aloneSince = undefined;
      entry.lossesAlone = 0;
    }
    this.#leases.grant(delivery, now);
    this.#setAlarm();
  }

  /** Ends an owned delivery: the message is removed, and its id is free. */
  remove(delivery: LeasedDelivery): void {
    this.#leases.release(delivery);
    this.#forget(delivery.entry);
  }

  /** Ends an owned delivery: the message goes to the dead letters, and its id is free. */
  deadLetter(delivery: LeasedDelivery, headers: Message['headers'], reason: DeadLetterReason): void {
    delivery.entry.message = withHeaders(delivery.message, headers);
    this.remove(delivery);
    this.#deadLetters.add(delivery.entry, reason);
  }

  /** Ends an owned delivery: the message goes back to the end of the channel, now or later, with its delivery count reset. */
  requeue(delivery: LeasedDelivery, headers: Message['headers'], dueAt = 0): void {
    const { entry } = delivery;
    this.#leases.release(delivery);
    entry.message = withHeaders(delivery.message, headers);
    entry.deliveries = 0;
    entry.aloneSince = undefined;
    entry.lossesAlone = 0;
    entry.isExhausted = false;
    this.add(entry, dueAt);
  }

  /** Removes a delayed, queued or running message. The consumer of a running one loses it. */
  withdraw(entry: Entry): void {
    const { location } = entry;
    if (location.type === 'delayed') this.#delayed.remove(location.ticket);
    if (location.type === 'queued') location.queue.remove(location.link);
    if (location.type === 'running') this.#leases.release(location.delivery);
    this.#forget(entry);
  }

  get hasWaitingConsumers(): boolean {
    return this.#waiting.size > 0;
  }

  /** Has `serve()` call this consumer. */
  addWaiting(consumer: ChannelConsumer): void {
    this.#waiting.add(consumer);
  }

  removeWaiting(consumer: ChannelConsumer): void {
    this.#waiting.delete(consumer);
  }

  /** Gives queued messages to the waiting consumers, longest waiting first. Suspects end the wait of all of them. */
  serve(): void {
    for (const consumer of this.#waiting) {
      if (this.#paused || this.#queues.size + this.#suspects.size === 0) return;
      consumer.serve();
    }
  }

  /** Queues delayed messages that are due, and handles expired leases. */
  refresh(): void {
    const now = this.rules.clock.now();
    for (let due = this.#delayed.takeDue(now); due; due = this.#delayed.takeDue(now)) this.#queues.add(due.item);
    this.#handleLost(this.#leases.takeExpired(now).map((delivery) => delivery.entry));
    this.#setAlarm();
  }

  /** Refreshes the channel, then serves waiting consumers. */
  wakeUp(): void {
    this.refresh();
    this.serve();
  }

  /** Stops the timer until `wakeUp()`. */
  sleep(): void {
    this.#alarm.stop();
  }

  stats(): Omit<ChannelStats, 'waiting' | 'consumers'> {
    const queued = this.#queues.size + this.#suspects.size;
    const [delayed, running] = [this.#delayed.size, this.#leases.size];
    return { queued, delayed, running, deadLetters: this.#deadLetters.size, paused: this.#paused };
  }

  peek(limit: number): Message[] {
    const upcoming = [...this.#queues.upcoming(limit), ...first(this.#suspects, limit)];
    return upcoming.slice(0, Math.max(0, limit)).map((entry) => entry.message);
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  /** All queued and delayed messages. */
  get unstarted(): Entry[] {
    return [...this.#queues, ...this.#suspects, ...this.#delayed];
  }

  /** All running messages. */
  get running(): Entry[] {
    return [...this.#leases].map((delivery) => delivery.entry);
  }

  deadLetters(limit: number): DeadLetter[] {
    return this.#deadLetters.list(limit);
  }

  /** Passes each chosen dead letter to `takeBack`, which returns its outcome. */
  replay(options: ReplayOptions, takeBack: (entry: NewEntry) => Omit<ReplayedLetter, 'id'>): ReplayedLetter[] {
    return this.#deadLetters.replay(options, takeBack);
  }

  /** Returns how many were deleted; without ids, deletes all. */
  deleteDeadLetters(ids?: readonly string[]): number {
    if (ids) return this.#deadLetters.delete(ids);
    const { size } = this.#deadLetters;
    this.#deadLetters.clear();
    return size;
  }

  #forget(entry: Entry): void {
    entry.location = { type: 'none' };
    this.rules.onEnd(entry);
  }

  /** Handles messages whose consumer was lost. Redelivered ones go to the front in their old order, since they were taken before anything queued now. */
  #handleLost(lost: readonly Entry[]): void {
    if (lost.length === 0) return;
    const outcomes = new Map(lost.map((entry) => [entry, this.#outcomeOf(entry)]));
    const latestFirst = lost.toSorted((one, other) => other.turn - one.turn);
    for (const entry of latestFirst) if (outcomes.get(entry) === 'redelivered') this.#queues.putBack(entry);
    for (const entry of lost) if (runsAlone(outcomes.get(entry)!)) this.#suspects.add(entry);
    for (const entry of lost) if (outcomes.get(entry) === 'dead-lettered') this.#deadLetterLost(entry);
  }

  #outcomeOf(entry: Entry): LossOutcome {
    const { deliveries: losses, isExhausted: wasExhausted } = entry;
    if (entry.aloneSince !== undefined) entry.lossesAlone += 1;
    const outcome = outcomeOfLoss({ losses, lossesAlone: entry.lossesAlone, wasExhausted }, this.rules.maxDeliveries);
    entry.aloneSince = undefined;
    entry.isExhausted = outcome === 'exhausted';
    return outcome;
  }

  #deadLetterLost(entry: Entry): void {
    const reason = tooManyDeliveries(entry.deliveries, this.rules.clock.now());
    this.#forget(entry);
    this.#deadLetters.add(entry, reason);
    this.rules.onDeadLetter(entry, reason);
  }

  #setAlarm(): void {
    this.#alarm.setBy(Math.min(this.#delayed.first?.dueAt ?? Infinity, this.#leases.firstExpiry ?? Infinity));
  }
}

function runsAlone(outcome: LossOutcome): boolean {
  return outcome === 'suspect' || outcome === 'exhausted';
}
