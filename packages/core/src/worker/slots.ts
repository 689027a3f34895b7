import type { Actor } from '../actor/index.js';
import { type CancelTimer, monotonic, type Clock } from '../clock/index.js';
import { HEADER } from '../message/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { Semaphore } from './semaphore.js';
import { OverflowQueue } from './overflow-queue.js';

/** What a run is taken to last before one has ended, in milliseconds. */
const UNKNOWN_TIME = 100;
/** The weight of the latest run in the average. */
const LATEST = 0.25;
/** What is to wait no longer than this for its turn, in milliseconds, is not worth giving back. */
const SHORT_WAIT = 20;
const MOST_WAITING = 100;
/** What waits for longer than this, in milliseconds, is given back: the runs before it last longer than those of late. */
const LONGEST_WAIT = 5 * SHORT_WAIT;

/** The places of an actor that may run only so many messages at once, and what happens to those that are too many. */
export class Slots {
  readonly semaphore: Semaphore;
  private readonly overflow = new OverflowQueue();
  private averageTime: number | undefined;
  private firstBegunAt: number | undefined;

  constructor(
    readonly actor: Actor,
    private readonly clock: Clock,
    private readonly canDelay: boolean,
    onRelease: () => void,
  ) {
    this.semaphore = new Semaphore(actor.options.concurrency, onRelease);
  }

  /** Until when one that was given back is to come again, by the monotonic clock. */
  get overflowUntil(): number {
    return this.overflow.until;
  }

  /** Gives it a place, or has it wait for one; where it is not to wait, returns after how many milliseconds it is to come again. */
  admit(inFlight: InFlightDelivery): number | undefined {
    if (this.semaphore.free === 0 && this.mayReturn(inFlight) && !this.isSoonFree()) return this.delayOf(inFlight);
    this.overflow.forget(jobIdOf(inFlight));
    inFlight.reserveSlot(this.semaphore);
    return undefined;
  }

  /**
   * Resolves when its actor may be run on it; with false where it is called off before, or its turn does not come soon, and it
   * is to be given back. Undefined where it may be run at once.
   */
  enter(inFlight: InFlightDelivery): Promise<boolean> | undefined {
    return inFlight.acquireSlot(this.mayReturn(inFlight) ? (withdraw) => this.limitWait(withdraw) : undefined);
  }

  /** After how many milliseconds one is to come again that is given back. */
  delayOf(inFlight: InFlightDelivery): number {
    return this.overflow.delay(jobIdOf(inFlight), monotonic(this.clock), this.runTime() / this.semaphore.width);
  }

  begin(now: number): void {
    this.firstBegunAt ??= now;
  }

  /** Notes how long a run has lasted, in milliseconds. */
  end(lasted: number): void {
    this.averageTime =
      this.averageTime === undefined ? lasted : this.averageTime + (lasted - this.averageTime) * LATEST;
  }

  private limitWait(withdraw: () => void): CancelTimer {
    return this.clock.schedule(() => {
      this.averageTime = Math.max(this.averageTime ?? 0, LONGEST_WAIT);
      withdraw();
    }, LONGEST_WAIT);
  }

  /** One that has lost its worker stays: giving it back would forget that. */
  private mayReturn({ delivery }: InFlightDelivery): boolean {
    return this.canDelay && delivery.deliveryCount === 1;
  }

  private isSoonFree(): boolean {
    const { semaphore, averageTime } = this;
    if (averageTime === undefined || semaphore.overflow >= MOST_WAITING) return false;
    return ((semaphore.overflow + 1) * averageTime) / semaphore.width <= SHORT_WAIT;
  }

  private runTime(): number {
    const { averageTime, firstBegunAt } = this;
    if (averageTime !== undefined) return averageTime;
    const elapsed = firstBegunAt === undefined ? 0 : monotonic(this.clock) - firstBegunAt;
    return Math.max(UNKNOWN_TIME, elapsed);
  }
}

function jobIdOf({ delivery }: InFlightDelivery): string | undefined {
  return delivery.message.headers[HEADER.id];
}
