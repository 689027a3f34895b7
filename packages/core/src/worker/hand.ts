import type { Delivery } from '../broker/index.js';
import { Cancellation } from './cancellation.js';
import type { ReceivedMessage } from './received-message.js';

/** A delivery in a worker's hands. */
export class Hand {
  readonly cancellation = new Cancellation();
  /** True once its actor is running. Until then it can be given back as if it had never been taken. */
  isBegun = false;
  /** The run that is on, also where nobody waits for it any more. */
  run: ReceivedMessage | undefined;
  /** When that one has lasted too long, in milliseconds since the epoch. */
  lateAt = Infinity;
  /** True while a settlement of it is on its way: that one learns by itself whether it is still owned. */
  isSettling = false;
  /** True once a settlement of it was committed. */
  isSettled = false;
  /** True where its actor has ended without settling it, as a manual one may. */
  isLeft = false;
  /** Where it lies among the others. */
  place = -1;
  private isFree = false;

  constructor(
    readonly delivery: Delivery,
    /** When it was received, in milliseconds since the epoch. */
    readonly receivedAt: number,
    /** Until when it is owned, in milliseconds since the epoch. */
    public ownedUntil: number,
    private readonly onFree: () => void,
  ) {}

  /** Makes room for the next: its actor has ended and no callback is to come, though it may have yet to be settled. */
  free(): void {
    if (this.isFree) return;
    this.isFree = true;
    this.onFree();
  }
}
