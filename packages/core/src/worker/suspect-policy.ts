import type { InFlightDelivery } from './in-flight-delivery.js';

/** After a wait that timed out, the worker continues for this many times as long. */
const WORK_PER_WAIT = 10;
/** How long a worker that received no suspect waits before the next request, in milliseconds. */
const RETRY_INTERVAL = 1_000;

/**
 * Decides when a worker runs a suspect: a message that has lost its worker so often that it may be what crashes them. It
 * runs alone, so that a crash affects no other message. All times are milliseconds of the monotonic clock.
 */
export class SuspectPolicy {
  private suspect: InFlightDelivery | undefined;
  private waitingSince: number | undefined;
  /** Until when the worker continues after a wait that timed out. */
  private workUntil = 0;
  /** When to ask again after the broker gave no suspect. */
  private askAt = 0;

  /** @param timeout how long the worker receives nothing while it waits for the deliveries in flight to end */
  constructor(private readonly timeout: number) {}

  /** True while a suspect runs alone and may still crash its worker. Nothing else is received meanwhile. */
  get isRunning(): boolean {
    return this.suspect?.isAlone ?? false;
  }

  /** Returns what to do while there are suspects. Long runs must not block the worker, so it continues at times. */
  next(inFlight: number, now: number): 'receive' | 'wait' | 'continue' {
    if (now < this.askAt) return 'continue';
    if (inFlight === 0) return 'receive';
    if (now < this.workUntil) return 'continue';
    this.waitingSince ??= now;
    if (now - this.waitingSince < this.timeout) return 'wait';
    this.waitingSince = undefined;
    this.workUntil = now + this.timeout * WORK_PER_WAIT;
    return 'continue';
  }

  /** True while the worker waits for the deliveries in flight. */
  get isWaiting(): boolean {
    return this.waitingSince !== undefined;
  }

  /** Returns how much longer the worker waits at most. */
  remainingWait(now: number): number {
    return this.waitingSince === undefined ? 0 : Math.max(1, this.waitingSince + this.timeout - now);
  }

  /** Ends the wait: there are no suspects left, or another worker has received the suspect. */
  stopWaiting(): void {
    this.waitingSince = undefined;
  }

  /** Records that a suspect is not in flight any more. One that could not be settled is soon delivered again. */
  ended(inFlight: InFlightDelivery, now: number): void {
    inFlight.isAlone = false;
    if (!inFlight.isSettled) this.askAt = now + RETRY_INTERVAL;
  }

  /** Records the suspect that was received, or that there was none. */
  received(inFlight: InFlightDelivery | undefined, now: number): void {
    this.waitingSince = undefined;
    this.suspect = inFlight;
    if (!inFlight) this.askAt = now + RETRY_INTERVAL;
  }
}
