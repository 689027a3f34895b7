import type { Delivery } from '../broker/index.js';
import { Cancellation } from './cancellation.js';

/** A delivery in a worker's hands. */
export class Hand {
  readonly cancellation = new Cancellation();
  /** True once its actor is running. Until then it can be given back as if it had never been taken. */
  isBegun = false;
  /** True while a settlement of it is on its way: that one learns by itself whether it is still owned. */
  isSettling = false;
  /** True once a settlement of it was committed. */
  isSettled = false;
  /** True where its actor has ended without settling it, as a manual one may. */
  isLeft = false;

  constructor(
    readonly delivery: Delivery,
    /** When it was received, in milliseconds since the epoch. */
    readonly receivedAt: number,
    /** Until when it is owned, in milliseconds since the epoch. */
    public ownedUntil: number,
  ) {}
}
