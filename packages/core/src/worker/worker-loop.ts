import type { Consumer, Delivery } from '../broker/index.js';
import { monotonic, scheduleTimer } from '../clock/index.js';
import type { Connection } from '../connection/connection.js';
import { CancelledError } from '../errors/index.js';
import { HEADER } from '../message/index.js';
import { AsyncSignal } from './async-signal.js';
import { mostOf } from './channel-limits.js';
import { InFlightDelivery, type DeliveryTimes } from './in-flight-delivery.js';
import type { InFlightDeliveries } from './in-flight-deliveries.js';
import { LeaseRenewer } from './lease-renewer.js';
import type { Runner } from './runner.js';
import { WorkerShutdownError } from './shutdown.js';
import { SuspectPolicy } from './suspect-policy.js';
import type { ResolvedWorkerOptions } from './worker-options.js';

/** How long called-off messages may take to be given back, in milliseconds. */
const GIVE_BACK_TIME = 10_000;

/** How long a burst waits for a message that was given back a moment ago, in milliseconds, before it looks again. */
const LOOK_AGAIN = 10;

/** How long one waits, in milliseconds, who finds only suspects and may not take them yet: others may come meanwhile. */
const LOOK_PAST_SUSPECTS = 100;

/**
 * How many messages may be in flight for each that may be worked on: while some are worked on, those before are being
 * settled, and those before these wait for their turn with the broker. So neither side waits for the other.
 */
const UNSETTLED = 3;

/**
 * The most that is read at once. More would spare hardly any way to the broker, and would have each message outlive the
 * young generation of the heap while it waits for the others of its batch.
 */
const MOST_AT_ONCE = 100;

/** One stretch of work, from the first message taken to the last one out of inFlight. */
export class WorkerLoop {
  private readonly signal = new AsyncSignal();
  private consumer: Consumer | undefined;
  private suspects = new SuspectPolicy(0);
  /** Those of the deliveries that something is yet to be run on. */
  private busy = 0;
  private started = 0;
  private handled = 0;
  private isStopping = false;
  private isPaused = false;
  private isDrained = false;
  private isWoken = false;
  private isMakingRoom = false;
  /** How many have made room since the event loop is known to have turned. */
  private endedInTurn = 0;
  /** What each channel was limited to in the call that waits for messages. */
  private waitingWith: ReadonlyMap<string, number> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly runner: Runner,
    private readonly deliveries: InFlightDeliveries,
    private readonly channels: readonly string[],
    private readonly options: ResolvedWorkerOptions,
  ) {
    runner.onSlotFree = (channel) => this.slotIsFree(channel);
  }

  get inFlight(): number {
    return this.deliveries.size;
  }

  /** True once its channels are open. */
  get isStarted(): boolean {
    return this.consumer !== undefined;
  }

  /** Resolves with the number of settled messages when a limit is reached, or after `stop()`. */
  async work(): Promise<number> {
    const consumer = await this.startConsumer();
    const { broker, onEvent } = this.connection;
    this.suspects = new SuspectPolicy(consumer.ownershipTime);
    const keeper = new LeaseRenewer(consumer, broker.clock, this.deliveries, onEvent, () => this.signal.ring());
    try {
      await this.takeUntilOver(consumer);
    } finally {
      await this.emptyHands();
      keeper.stop();
      await consumer.close();
    }
    return this.handled;
  }

  /** Takes no more and gives back what has not begun; what runs goes on until it ends or the grace period is over. */
  stop(reason: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.connection.onEvent({ type: 'worker-stopping', inFlight: this.inFlight, reason });
    for (const inFlight of this.deliveries)
      if (!inFlight.isStarted) inFlight.cancellation.abort(new WorkerShutdownError());
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
    this.signal.ring();
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

  private async takeUntilOver(consumer: Consumer): Promise<void> {
    while (!this.isOver()) {
      const room = this.isPaused || this.isMakingRoom || this.suspects.isRunning ? 0 : this.room();
      if (room <= 0) await this.signal.next();
      else if (!consumer.hasSuspects || !(await this.seeToSuspects(consumer))) await this.take(consumer, room);
    }
  }

  private isOver(): boolean {
    return this.isStopping || this.isDrained || this.handled >= this.options.messagesLimit;
  }

  private room(): number {
    const { concurrency, messagesLimit } = this.options;
    const unsettled = concurrency * UNSETTLED - this.deliveries.size;
    return Math.min(concurrency - this.busy, unsettled, messagesLimit - this.started, MOST_AT_ONCE);
  }

  /** False where others may be taken meanwhile. */
  private async seeToSuspects(consumer: Consumer): Promise<boolean> {
    const wasWaiting = this.suspects.isWaiting;
    const next = this.suspects.next(this.deliveries.size, this.now());
    if (next === 'take') await this.takeAlone(consumer);
    else if (next === 'wait') await this.awaitHands(wasWaiting);
    return next !== 'go on';
  }

  private async awaitHands(wasWaiting: boolean): Promise<void> {
    if (!wasWaiting) this.connection.onEvent({ type: 'suspect-awaited', inFlight: this.inFlight });
    await this.signalWithin(this.suspects.leftToWait(this.now()));
  }

  private async takeAlone(consumer: Consumer): Promise<void> {
    const [delivery] = await consumer.receive(1, { wait: false, alone: true });
    this.suspects.took(delivery && this.start(delivery, this.takingBy(consumer)), this.now());
  }

  private async take(consumer: Consumer, room: number): Promise<void> {
    this.suspects.forgetWaiting();
    const { channelLimits } = this.runner;
    if (channelLimits === undefined) return this.receive(consumer, room);
    const limits = channelLimits.current();
    const most = mostOf(room, limits, channelLimits.isComplete);
    if (most === 0) return this.signal.next();
    this.waitingWith = limits;
    await this.receive(consumer, most, limits);
    this.waitingWith = undefined;
  }

  private async receive(consumer: Consumer, most: number, limits?: ReadonlyMap<string, number>): Promise<void> {
    this.isWoken = false;
    const wasBusy = this.deliveries.size > 0; // What ends while the broker looks may release more.
    const deliveries = await consumer.receive(most, { wait: !this.options.burst, limits });
    const taking = this.takingBy(consumer);
    for (const delivery of deliveries) this.start(delivery, taking);
    if (deliveries.length === 0 && !this.isWoken) await this.takeNothing(consumer, wasBusy);
  }

  /** Nothing came, though nobody woke the consumer: in a burst nothing is due; otherwise there are only suspects, or the broker has closed it. */
  private async takeNothing(consumer: Consumer, wasBusy: boolean): Promise<void> {
    if (this.options.burst) await this.endBurst(wasBusy);
    else if (consumer.hasSuspects) await this.signalWithin(LOOK_PAST_SUSPECTS);
    else this.stop('its broker was disconnected');
  }

  private async endBurst(wasBusy: boolean): Promise<void> {
    if (this.deliveries.size > 0) await this.signal.next();
    else if (this.now() < this.runner.overflowUntil) await this.signalWithin(LOOK_AGAIN);
    else if (!wasBusy) this.isDrained = true;
  }

  private takingBy({ ownershipTime }: Consumer): DeliveryTimes {
    const ownedSince = this.now();
    return { receivedAt: this.connection.now(), ownedSince, ownedUntil: ownedSince + ownershipTime };
  }

  private start(delivery: Delivery, taking: DeliveryTimes): InFlightDelivery {
    const inFlight = new InFlightDelivery(delivery, taking, this.makeRoom, this.consumer);
    this.deliveries.add(inFlight);
    this.busy += 1;
    this.started += 1;
    void this.runner.run(inFlight).then(() => this.finish(inFlight));
    return inFlight;
  }

  /**
   * Everything that ends in this turn of the event loop makes room for one large read. It goes out ahead of their
   * settlements, so that the broker commits those while the next messages are worked on. Who runs one at a time has nobody
   * to wait for; but now and then the loop has to turn, for timers and signals, which a broker in memory does not see to.
   */
  private readonly makeRoom = (): void => {
    this.busy -= 1;
    if (this.isMakingRoom) return;
    this.endedInTurn += 1;
    if (this.options.concurrency === 1 && this.endedInTurn < MOST_AT_ONCE) return this.signal.ring();
    this.isMakingRoom = true;
    setImmediate(() => {
      this.isMakingRoom = false;
      this.endedInTurn = 0;
      this.signal.ring();
    });
  };

  private finish(inFlight: InFlightDelivery): void {
    inFlight.free();
    inFlight.isAlone = false;
    this.deliveries.delete(inFlight);
    if ((inFlight.isSettled && !inFlight.isReturned) || inFlight.isLeftUnsettled) this.handled += 1;
    else this.started -= 1;
    this.signal.ring();
  }

  /** Who waits for messages without those of this channel is to wait for them, too. */
  private slotIsFree(channel: string): void {
    if (this.waitingWith?.get(channel) === 0) this.wake();
    else this.signal.ring();
  }

  /** The broker has ended it already; what runs can only be called off. */
  private cancel(channel: string, jobId: string): void {
    for (const { delivery, cancellation } of this.deliveries) {
      const { message } = delivery;
      if (message.channel === channel && message.headers[HEADER.id] === jobId) {
        cancellation.abort(new CancelledError(`Job "${jobId}" was cancelled while it ran.`));
      }
    }
  }

  private async emptyHands(): Promise<void> {
    if (await this.handsAreEmptyWithin(this.options.gracefulShutdownTime)) return;
    for (const inFlight of this.deliveries) inFlight.cancellation.abort(new WorkerShutdownError());
    await this.handsAreEmptyWithin(GIVE_BACK_TIME);
  }

  private async handsAreEmptyWithin(limit: number): Promise<boolean> {
    let isOver = false;
    const cancelTimer = scheduleTimer(() => {
      isOver = true;
      this.signal.ring();
    }, limit);
    while (this.deliveries.size > 0 && !isOver) await this.signal.next();
    cancelTimer();
    return this.deliveries.size === 0;
  }

  /** Awaits the signal, no longer than so many milliseconds. */
  private async signalWithin(limit: number): Promise<void> {
    const cancelTimer = this.connection.broker.clock.schedule(() => this.signal.ring(), limit);
    await this.signal.next();
    cancelTimer();
  }

  private now(): number {
    return monotonic(this.connection.broker.clock);
  }
}
