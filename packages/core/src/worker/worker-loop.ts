import type { Consumer, Delivery } from '../broker/index.js';
import { monotonic, scheduleTimer } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
import { CancelledError } from '../errors/index.js';
import { HEADER } from '../message/index.js';
import { AsyncSignal } from './async-signal.js';
import { maxWithin } from './channel-limits.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import { InFlightDelivery, type DeliveryTimes } from './in-flight-delivery.js';
import { LeaseRenewer } from './lease-renewer.js';
import type { Runner } from './runner.js';
import { WorkerShutdownError } from './shutdown.js';
import { SuspectPolicy } from './suspect-policy.js';
import type { ResolvedWorkerOptions } from './worker-options.js';
import { WorkerSlots } from './worker-slots.js';

/** How long aborted deliveries may take to be returned, in milliseconds. */
const RETURN_TIMEOUT = 10_000;

/** The pause of a burst before it checks again for a message that was just returned, in milliseconds. */
const BURST_INTERVAL = 10;

/** The pause of a worker that finds only suspects and may not run them yet, in milliseconds. Other messages may arrive meanwhile. */
const SUSPECT_INTERVAL = 100;

/** Receives messages and runs them, from the start of a worker until its last delivery has ended. */
export class WorkerLoop {
  private readonly signal = new AsyncSignal();
  private readonly slots: WorkerSlots;
  private consumer: Consumer | undefined;
  private suspects = new SuspectPolicy(0);
  private isStopping = false;
  private isPaused = false;
  private isDrained = false;
  private isWoken = false;
  /** The channel limits of the receive that is waiting. */
  private waitingLimits: ReadonlyMap<string, number> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly runner: Runner,
    private readonly deliveries: InFlightDeliveries,
    private readonly channels: readonly string[],
    private readonly options: ResolvedWorkerOptions,
  ) {
    this.slots = new WorkerSlots(options, this.signal);
    runner.onSlotFree = (channel) => this.actorSlotIsFree(channel);
  }

  get inFlight(): number {
    return this.deliveries.size;
  }

  /** True once it consumes its channels. */
  get isStarted(): boolean {
    return this.consumer !== undefined;
  }

  /** Resolves with the number of processed messages when a limit is reached, or after `stop()`. */
  async run(): Promise<number> {
    const consumer = await this.startConsumer();
    const { broker, onEvent } = this.connection;
    this.suspects = new SuspectPolicy(consumer.ownershipTime);
    const renewer = new LeaseRenewer(consumer, broker.clock, this.deliveries, onEvent, () => this.signal.notify());
    try {
      await this.receiveUntilDone(consumer);
    } finally {
      await this.drain();
      renewer.stop();
      await consumer.close();
    }
    return this.slots.processed;
  }

  /** Receives no more and returns what has not started. Running actors continue until they end or the grace period is over. */
  stop(reason: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.connection.onEvent({ type: 'worker-stopping', inFlight: this.inFlight, reason });
    for (const { isStarted, cancellation } of this.deliveries) {
      if (!isStarted) cancellation.abort(new WorkerShutdownError());
    }
    this.wake();
  }

  pause(): void {
    this.isPaused = true;
    this.wake();
  }

  resume(): void {
    this.isPaused = false;
    this.wake();
  }

  private wake(): void {
    this.isWoken = true;
    this.consumer?.wake();
    this.signal.notify();
  }

  private async startConsumer(): Promise<Consumer> {
    const { broker, onEvent } = this.connection;
    this.consumer = await broker.consume({
      channels: this.channels,
      onCancel: (channel, jobId) => this.cancel(channel, jobId),
      onProblem: (problem) => onEvent({ type: 'broker-problem', problem }),
    });
    return this.consumer;
  }

  private async receiveUntilDone(consumer: Consumer): Promise<void> {
    while (!this.isDone()) {
      const available = this.isPaused || this.suspects.isRunning ? 0 : this.slots.available(this.inFlight);
      if (available <= 0) await this.signal.wait();
      else if (!consumer.hasSuspects || !(await this.handleSuspects(consumer))) await this.receive(consumer, available);
    }
  }

  private isDone(): boolean {
    return this.isStopping || this.isDrained || this.slots.isLimitReached;
  }

  /** Returns false if other messages can be received meanwhile. */
  private async handleSuspects(consumer: Consumer): Promise<boolean> {
    const wasWaiting = this.suspects.isWaiting;
    const next = this.suspects.next(this.inFlight, this.now());
    if (next === 'receive') await this.receiveSuspect(consumer);
    else if (next === 'wait') await this.waitForInFlight(wasWaiting);
    return next !== 'continue';
  }

  private async waitForInFlight(wasWaiting: boolean): Promise<void> {
    if (!wasWaiting) this.connection.onEvent({ type: 'suspect-awaited', inFlight: this.inFlight });
    await this.waitAtMost(this.suspects.remainingWait(this.now()));
  }

  private async receiveSuspect(consumer: Consumer): Promise<void> {
    const [delivery] = await consumer.receive(1, { wait: false, alone: true });
    this.suspects.received(delivery && this.start(delivery, this.timesOf(consumer), true), this.now());
  }

  private async receive(consumer: Consumer, available: number): Promise<void> {
    this.suspects.stopWaiting();
    const { channelLimits } = this.runner;
    if (channelLimits === undefined) return this.receiveBatch(consumer, available);
    const limits = channelLimits.current();
    const max = maxWithin(available, limits, channelLimits.isComplete);
    if (max === 0) return this.signal.wait();
    this.waitingLimits = limits;
    await this.receiveBatch(consumer, max, limits);
    this.waitingLimits = undefined;
  }

  private async receiveBatch(consumer: Consumer, max: number, limits?: ReadonlyMap<string, number>): Promise<void> {
    this.isWoken = false;
    const canBeLast = this.options.burst && this.hasNothingToCome();
    const received = await consumer.receive(max, { wait: !this.options.burst, limits });
    const times = this.timesOf(consumer);
    for (const delivery of received) this.start(delivery, times);
    if (received.length === 0 && !this.isWoken) await this.receivedNothing(consumer, canBeLast);
  }

  /** In a burst, nothing is due. Otherwise there are only suspects, or the broker has closed the consumer. */
  private async receivedNothing(consumer: Consumer, canBeLast: boolean): Promise<void> {
    if (this.options.burst) await this.continueBurst(canBeLast);
    else if (consumer.hasSuspects) await this.waitAtMost(SUSPECT_INTERVAL);
    else this.stop('its broker was disconnected');
  }

  /** @param canBeLast true if there was nothing to come before the receive: a run that ends during it may release other jobs */
  private async continueBurst(canBeLast: boolean): Promise<void> {
    if (canBeLast) this.isDrained = true;
    else if (this.inFlight > 0) await this.signal.wait();
    else if (!this.hasNothingToCome()) await this.waitAtMost(BURST_INTERVAL);
  }

  /** True if nothing runs, and no message that was returned because of a limit is still to become due. */
  private hasNothingToCome(): boolean {
    return this.inFlight === 0 && this.now() >= this.runner.overflowUntil;
  }

  private timesOf({ ownershipTime }: Consumer): DeliveryTimes {
    const ownedSince = this.now();
    return { receivedAt: this.connection.now(), ownedSince, ownedUntil: ownedSince + ownershipTime };
  }

  private start(delivery: Delivery, times: DeliveryTimes, isAlone = false): InFlightDelivery {
    const inFlight = new InFlightDelivery(delivery, times, this.slots.free, this.consumer, isAlone);
    this.deliveries.add(inFlight);
    this.slots.occupy();
    void this.runner.run(inFlight).then(() => this.finish(inFlight));
    return inFlight;
  }

  private finish(inFlight: InFlightDelivery): void {
    inFlight.freeWorkerSlot();
    if (inFlight.isAlone) this.suspects.ended(inFlight, this.now());
    this.deliveries.delete(inFlight);
    this.slots.ended((inFlight.isSettled && !inFlight.isReturned) || inFlight.isLeftUnsettled);
    this.signal.notify();
  }

  /** A receive that waits without this channel is repeated with it. */
  private actorSlotIsFree(channel: string): void {
    if (this.waitingLimits?.get(channel) === 0) this.wake();
    else this.signal.notify();
  }

  /** The broker has ended the job already. Its run can only be aborted. */
  private cancel(channel: string, jobId: string): void {
    for (const { delivery, cancellation } of this.deliveries) {
      const { message } = delivery;
      if (message.channel === channel && message.headers[HEADER.id] === jobId) {
        cancellation.abort(new CancelledError(`Job "${jobId}" was cancelled while it ran.`));
      }
    }
  }

  private async drain(): Promise<void> {
    if (await this.drainWithin(this.options.gracefulShutdownTime)) return;
    for (const { cancellation } of this.deliveries) cancellation.abort(new WorkerShutdownError());
    await this.drainWithin(RETURN_TIMEOUT);
  }

  /** Returns true if all deliveries have ended within this time. */
  private async drainWithin(limit: number): Promise<boolean> {
    let isOver = false;
    const cancelTimer = scheduleTimer(() => {
      isOver = true;
      this.signal.notify();
    }, limit);
    while (this.inFlight > 0 && !isOver) await this.signal.wait();
    cancelTimer();
    return this.inFlight === 0;
  }

  /** Waits for the signal, at most this many milliseconds. */
  private async waitAtMost(limit: number): Promise<void> {
    const cancelTimer = this.connection.broker.clock.schedule(() => this.signal.notify(), limit);
    await this.signal.wait();
    cancelTimer();
  }

  private now(): number {
    return monotonic(this.connection.broker.clock);
  }
}
