import type { Consumer, Delivery } from '../broker/index.js';
import { CancelledError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import type { MessageParameters } from '../message/index.js';
import { Cancellation } from './cancellation.js';
import type { Semaphore, WaitLimit } from './semaphore.js';
import { WorkerShutdownError } from './shutdown.js';

/** When a delivery was received, and how long it is owned. */
export interface DeliveryTimes {
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock. */
  readonly ownedSince: number;
  /** By the monotonic clock. */
  readonly ownedUntil: number;
}

/** The run of a delivery, as far as its timeout is concerned. */
export interface TimedRun {
  readonly actor: { readonly label: string };
  /** In milliseconds. */
  readonly timeout: number;
}

/** A delivery that a worker has received and not finished. */
export class InFlightDelivery {
  readonly cancellation = new Cancellation();
  /** Read from the headers when the delivery is routed. */
  parameters: MessageParameters = NO_PARAMETERS;
  /** True once its actor was started. Until then the delivery can be returned as if it was never received. */
  isStarted = false;
  /** When a suspect was first seen to run alone, by the monotonic clock. */
  aloneSince: number | undefined;
  /** The current run. It stays set while an aborted actor continues. */
  run: TimedRun | undefined;
  /** When the run times out, by the monotonic clock. */
  deadline = Infinity;
  /** True while a settlement is being committed. That call finds out by itself whether the delivery is still owned. */
  isSettling = false;
  /** True once a settlement is committed. */
  isSettled = false;
  /** True if it ended without a settlement by this worker: its actor left it unsettled, or its job was cancelled. */
  isLeftUnsettled = false;
  /** True if it was returned because this worker cannot run it now. It does not count as processed. */
  isReturned = false;
  /** Its index in the list of deliveries in flight. */
  index = -1;
  readonly receivedAt: number;
  readonly ownedSince: number;
  ownedUntil: number;
  private hasWorkerSlot = true;
  private semaphore: Semaphore | undefined;
  private hasAcquired = false;

  constructor(
    readonly delivery: Delivery,
    { receivedAt, ownedSince, ownedUntil }: DeliveryTimes,
    private readonly onWorkerSlotFree: () => void,
    private readonly consumer?: Pick<Consumer, 'isPaused' | 'markStarted'>,
    /** True while it is a suspect that must run alone. */
    public isAlone = false,
  ) {
    this.receivedAt = receivedAt;
    this.ownedSince = ownedSince;
    this.ownedUntil = ownedUntil;
  }

  /** False once it was aborted, and while its channel is paused. */
  get canStart(): boolean {
    return !this.cancellation.isAborted && !this.isPaused;
  }

  /** True if its channel is paused, so that it must not start. */
  get isPaused(): boolean {
    return this.consumer?.isPaused(this.delivery.message.channel) ?? false;
  }

  /** Records in the broker that a suspect starts to run: only a worker that is lost after that was lost by it. */
  async markStarted(): Promise<void> {
    await this.consumer?.markStarted(this.delivery);
  }

  /** True if its job was cancelled. The broker has ended the job already. */
  get isCancelled(): boolean {
    const { isAborted, reason } = this.cancellation;
    return isAborted && isA(reason, CancelledError) && !isA(reason, WorkerShutdownError);
  }

  /** True while it has one of its actor's slots, or a reservation for one. */
  get hasActorSlot(): boolean {
    return this.semaphore !== undefined;
  }

  /** Reserves one of its actor's slots. */
  reserveActorSlot(semaphore: Semaphore): void {
    this.semaphore = semaphore;
    semaphore.reserve();
  }

  /**
   * Takes the reserved slot. Returns undefined if a slot is free. Otherwise resolves with true when there is one, or with
   * false when the run is aborted or the time limit ends first.
   */
  acquireActorSlot(limit?: WaitLimit): Promise<boolean> | undefined {
    const acquiring = this.semaphore?.acquire(this.cancellation, limit);
    if (acquiring === undefined) this.hasAcquired = true;
    return acquiring?.then((hasAcquired) => (this.hasAcquired = hasAcquired));
  }

  /** Frees the actor's slot: the actor has ended, or was abandoned. */
  releaseActorSlot(): void {
    const { semaphore } = this;
    if (semaphore === undefined) return;
    this.semaphore = undefined;
    if (this.hasAcquired) semaphore.release();
    semaphore.endReservation();
  }

  /** Frees the worker's slot. The actor has ended and no callback is left, though the settlement may be pending. */
  freeWorkerSlot(): void {
    if (!this.hasWorkerSlot) return;
    this.hasWorkerSlot = false;
    this.onWorkerSlotFree();
  }
}

const NO_PARAMETERS: MessageParameters = { retries: { maxAmount: 0, alreadyTried: 0 }, ttl: null, unrouted: 0 };
