import type { Actor } from '../actor/index.js';
import { monotonic, type Clock } from '../clock/index.js';
import { HEADER } from '../message/index.js';
import type { Hand } from './hand.js';
import { Lane } from './lane.js';
import { Surplus } from './surplus.js';

/** What a run is taken to last before one has ended, in milliseconds. */
const UNKNOWN_TIME = 100;
/** The weight of the latest run in the average. */
const LATEST = 0.25;
/** What is to wait no longer than this for its turn, in milliseconds, is not worth giving back. */
const SHORT_WAIT = 20;
const MOST_WAITING = 100;

/** The places of an actor that may run only so many messages at once, and what happens to those that are too many. */
export class Slots {
  readonly lane: Lane;
  private readonly surplus = new Surplus();
  private averageTime: number | undefined;
  private firstBegunAt: number | undefined;

  constructor(
    readonly actor: Actor,
    private readonly clock: Clock,
    private readonly canDelay: boolean,
    onRelease: () => void,
  ) {
    this.lane = new Lane(actor.options.concurrency, onRelease);
  }

  /** Until when one that was given back is to come again, by the monotonic clock. */
  get surplusUntil(): number {
    return this.surplus.until;
  }

  /** Gives it a place; where there is none, returns after how many milliseconds it is to come again. */
  admit(hand: Hand): number | undefined {
    const jobId = hand.delivery.message.headers[HEADER.id];
    if (this.lane.free === 0 && this.isToReturn(hand))
      return this.surplus.delay(jobId, monotonic(this.clock), this.runTime() / this.lane.width);
    this.surplus.forget(jobId);
    hand.holdIn(this.lane);
    return undefined;
  }

  begin(now: number): void {
    this.firstBegunAt ??= now;
  }

  /** Notes how long a run has lasted, in milliseconds. */
  end(lasted: number): void {
    this.averageTime =
      this.averageTime === undefined ? lasted : this.averageTime + (lasted - this.averageTime) * LATEST;
  }

  /** One that has lost its worker stays: giving it back would forget that. */
  private isToReturn({ delivery }: Hand): boolean {
    return this.canDelay && delivery.deliveryCount === 1 && !this.isSoonFree();
  }

  private isSoonFree(): boolean {
    const { lane, averageTime } = this;
    if (averageTime === undefined || lane.surplus >= MOST_WAITING) return false;
    return ((lane.surplus + 1) * averageTime) / lane.width <= SHORT_WAIT;
  }

  private runTime(): number {
    const { averageTime, firstBegunAt } = this;
    if (averageTime !== undefined) return averageTime;
    const elapsed = firstBegunAt === undefined ? 0 : monotonic(this.clock) - firstBegunAt;
    return Math.max(UNKNOWN_TIME, elapsed);
  }
}
