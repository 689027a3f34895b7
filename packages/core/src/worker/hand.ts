import type { Consumer, Delivery } from '../broker/index.js';
import { CancelledError } from '../errors/index.js';
import { isA } from '../errors/is-a.js';
import { Cancellation } from './cancellation.js';
import type { Lane, WaitLimit } from './lane.js';
import type { ReceivedMessage } from './received-message.js';
import { WorkerShutdownError } from './shutdown.js';

/** When a delivery was taken, and until when it is owned. */
export interface Taking {
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock. */
  readonly takenAt: number;
  /** By the monotonic clock. */
  readonly ownedUntil: number;
}

/** A delivery in a worker's hands. */
export class Hand {
  readonly cancellation = new Cancellation();
  /** True once its actor is running. Until then it can be given back as if it had never been taken. */
  isBegun = false;
  /** True while it is a suspect that nothing else runs beside. */
  isAlone = false;
  /** The run that is on, also where nobody waits for it any more. */
  run: ReceivedMessage | undefined;
  /** When that one has lasted too long, by the monotonic clock. */
  lateAt = Infinity;
  /** True while a settlement of it is on its way: that one learns by itself whether it is still owned. */
  isSettling = false;
  /** True once a settlement of it was committed. */
  isSettled = false;
  /** True where it has ended without a settlement of this worker: its actor left it, as a manual one may, or it was cancelled. */
  isLeft = false;
  /** True where it was given back because it could not be run here now, which does not count. */
  isReturned = false;
  /** Its index among the others. */
  index = -1;
  readonly receivedAt: number;
  readonly takenAt: number;
  ownedUntil: number;
  private isFree = false;
  private lane: Lane | undefined;
  private isInLane = false;

  constructor(
    readonly delivery: Delivery,
    { receivedAt, takenAt, ownedUntil }: Taking,
    private readonly onFree: () => void,
    private readonly channels?: Pick<Consumer, 'isPaused'>,
  ) {
    this.receivedAt = receivedAt;
    this.takenAt = takenAt;
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
  get isInPlace(): boolean {
    return this.lane !== undefined;
  }

  /** Counts as its actor's from now on. */
  holdIn(lane: Lane): void {
    this.lane = lane;
    lane.hold();
  }

  /** Resolves when its actor may be run on it, with false where it is called off, or withdrawn, before; undefined where that is so at once. */
  enterLane(limit?: WaitLimit): Promise<boolean> | undefined {
    const entering = this.lane?.enter(this.cancellation, limit);
    if (entering === undefined) this.isInLane = true;
    return entering?.then((isIn) => (this.isInLane = isIn));
  }

  /** Its actor has ended, or nobody waits for it any more: the place is free for another. */
  leaveLane(): void {
    const { lane } = this;
    if (lane === undefined) return;
    this.lane = undefined;
    if (this.isInLane) lane.leave();
    lane.release();
  }

  /** Makes room for the next: its actor has ended and no callback is to come, though it may have yet to be settled. */
  free(): void {
    if (this.isFree) return;
    this.isFree = true;
    this.onFree();
  }
}
