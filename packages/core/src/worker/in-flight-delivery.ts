import type { Consumer, Delivery } from '../broker/index.js';
import { CancelledError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { Cancellation } from './cancellation.js';
import type { Semaphore, WaitLimit } from './semaphore.js';
import type { ReceivedMessage } from './received-message.js';
import { WorkerShutdownError } from './shutdown.js';

/** When a delivery was taken, and until when it is owned. */
export interface DeliveryTimes {
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock. */
  readonly ownedSince: number;
  /** By the monotonic clock. */
  readonly ownedUntil: number;
}

/** A delivery in a worker's possession. */
export class InFlightDelivery {
  readonly cancellation = new Cancellation();
  /** True once its actor is running. Until then it can be given back as if it had never been taken. */
  isStarted = false;
  /** True while it is a suspect that nothing else runs beside. */
  isAlone = false;
  /** The run that is on, also where nobody waits for it any more. */
  run: ReceivedMessage | undefined;
  /** When that one has lasted too long, by the monotonic clock. */
  deadline = Infinity;
  /** True while a settlement of it is on its way: that one learns by itself whether it is still owned. */
  isSettling = false;
  /** True once a settlement of it was committed. */
  isSettled = false;
  /** True where it has ended without a settlement of this worker: its actor left it, as a manual one may, or it was cancelled. */
  isLeftUnsettled = false;
  /** True where it was given back because it could not be run here now, which does not count. */
  isReturned = false;
  /** Its index among the others. */
  index = -1;
  readonly receivedAt: number;
  readonly ownedSince: number;
  ownedUntil: number;
  private isFree = false;
  private semaphore: Semaphore | undefined;
  private hasAcquired = false;

  constructor(
    readonly delivery: Delivery,
    { receivedAt, ownedSince, ownedUntil }: DeliveryTimes,
    private readonly onFree: () => void,
    private readonly channels?: Pick<Consumer, 'isPaused'>,
  ) {
    this.receivedAt = receivedAt;
    this.ownedSince = ownedSince;
    this.ownedUntil = ownedUntil;
  }

  /** True where its channel is paused, so that it may not begin any more. */
  get isPaused(): boolean {
    return this.channels?.isPaused(this.delivery.message.channel) ?? false;
  }

  /** True where its job was cancelled: the broker has ended it. */
  get isCancelled(): boolean {
    const { isAborted, reason } = this.cancellation;
    return isAborted && isA(reason, CancelledError) && !isA(reason, WorkerShutdownError);
  }

  /** True while it counts as one of those that its actor may run. */
  get hasSlot(): boolean {
    return this.semaphore !== undefined;
  }

  /** Counts as its actor's from now on. */
  reserveSlot(semaphore: Semaphore): void {
    this.semaphore = semaphore;
    semaphore.hold();
  }

  /** Resolves when its actor may be run on it, with false where it is called off, or withdrawn, before; undefined where that is so at once. */
  acquireSlot(limit?: WaitLimit): Promise<boolean> | undefined {
    const entering = this.semaphore?.enter(this.cancellation, limit);
    if (entering === undefined) this.hasAcquired = true;
    return entering?.then((isIn) => (this.hasAcquired = isIn));
  }

  /** Its actor has ended, or nobody waits for it any more: the place is free for another. */
  releaseSlot(): void {
    const { semaphore } = this;
    if (semaphore === undefined) return;
    this.semaphore = undefined;
    if (this.hasAcquired) semaphore.leave();
    semaphore.release();
  }

  /** Makes room for the next: its actor has ended and no callback is to come, though it may have yet to be settled. */
  free(): void {
    if (this.isFree) return;
    this.isFree = true;
    this.onFree();
  }
}
