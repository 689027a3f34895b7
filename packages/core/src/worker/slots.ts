import type { Actor } from '../actor/index.js';
import { type CancelTimer, monotonic, type Clock } from '../clock/index.js';
import { HEADER } from '../message/index.js';
import type { InFlightDelivery } from './in-flight-delivery.js';
import { OverflowQueue } from './overflow-queue.js';
import { Semaphore } from './semaphore.js';

/** The assumed duration of a run before the first one has ended, in milliseconds. */
const UNKNOWN_DURATION = 100;
/** The weight of the latest run in the average duration. */
const LATEST_WEIGHT = 0.25;
/** A message that is expected to wait no longer than this, in milliseconds, waits here and is not returned. */
const SHORT_WAIT = 20;
const MAX_WAITING = 100;
/** A message that has waited for this long, in milliseconds, is returned: the runs before it last longer than the average. */
const LONGEST_WAIT = 5 * SHORT_WAIT;

/** The slots of an actor with a concurrency limit, and what happens to messages that exceed it. */
export class Slots {
  readonly semaphore: Semaphore;
  private readonly overflow = new OverflowQueue();
  private averageDuration: number | undefined;
  private firstStartedAt: number | undefined;

  constructor(
    readonly actor: Actor,
    private readonly clock: Clock,
    private readonly canDelay: boolean,
    onSlotFree: () => void,
  ) {
    this.semaphore = new Semaphore(actor.options.concurrency, onSlotFree);
  }

  /** When the last returned message is due again, by the monotonic clock. */
  get overflowUntil(): number {
    return this.overflow.until;
  }

  /** Reserves a slot. Returns undefined, or the delay in milliseconds after which to deliver the message again. */
  admit(inFlight: InFlightDelivery): number | undefined {
    if (this.semaphore.free === 0 && this.canReturn(inFlight) && !this.isSoonFree()) return this.delayOf(inFlight);
    this.overflow.remove(jobIdOf(inFlight));
    inFlight.reserveActorSlot(this.semaphore);
    return undefined;
  }

  /**
   * Takes the reserved slot. Returns undefined if the actor can start now. Otherwise resolves with true when it can, or
   * with false if the run is aborted or has waited for too long and is to be returned.
   */
  acquire(inFlight: InFlightDelivery): Promise<boolean> | undefined {
    return inFlight.acquireActorSlot(this.canReturn(inFlight) ? (withdraw) => this.limitWait(withdraw) : undefined);
  }

  /** Returns the delay of a message that is returned, in milliseconds. */
  delayOf(inFlight: InFlightDelivery): number {
    const interval = this.expectedDuration() / this.semaphore.capacity;
    return this.overflow.delay(jobIdOf(inFlight), monotonic(this.clock), interval);
  }

  started(now: number): void {
    this.firstStartedAt ??= now;
  }

  /** Records the duration of a run, in milliseconds. */
  ended(duration: number): void {
    const { averageDuration } = this;
    this.averageDuration =
      averageDuration === undefined ? duration : averageDuration + (duration - averageDuration) * LATEST_WEIGHT;
  }

  private limitWait(withdraw: () => void): CancelTimer {
    return this.clock.schedule(() => {
      this.averageDuration = Math.max(this.averageDuration ?? 0, LONGEST_WAIT);
      withdraw();
    }, LONGEST_WAIT);
  }

  /** A message that has lost its worker before is kept: returning it would reset its delivery count. */
  private canReturn({ delivery }: InFlightDelivery): boolean {
    return this.canDelay && delivery.deliveryCount === 1;
  }

  private isSoonFree(): boolean {
    const { semaphore, averageDuration } = this;
    if (averageDuration === undefined || semaphore.excess >= MAX_WAITING) return false;
    return ((semaphore.excess + 1) * averageDuration) / semaphore.capacity <= SHORT_WAIT;
  }

  private expectedDuration(): number {
    const { averageDuration, firstStartedAt } = this;
    if (averageDuration !== undefined) return averageDuration;
    const elapsed = firstStartedAt === undefined ? 0 : monotonic(this.clock) - firstStartedAt;
    return Math.max(UNKNOWN_DURATION, elapsed);
  }
}

function jobIdOf({ delivery }: InFlightDelivery): string | undefined {
  return delivery.message.headers[HEADER.id];
}
