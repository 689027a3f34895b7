import type { InFlightDelivery } from './in-flight-delivery.js';

/** How many times as long as it was willing to wait a worker goes on with its work where that did not end. */
const WORK_PER_WAIT = 10;
/** After how many milliseconds a worker looks again that was given no suspect though there was one. */
const LOOK_AGAIN = 1_000;

/**
 * When a worker is to run a suspect: a message that has lost its workers so often that it may be what kills them. It is run
 * alone, so that it takes nobody with it. All times are those of the monotonic clock, in milliseconds.
 */
export class SuspectPolicy {
  private alone: InFlightDelivery | undefined;
  private waitingSince: number | undefined;
  /** Until when it works on, having waited in vain. */
  private workUntil = 0;
  /** When it asks again, having been given none. */
  private askAt = 0;

  /** @param patience how long the worker takes nothing while it waits for what is in flight to end */
  constructor(private readonly patience: number) {}

  /** True while one runs, and may yet kill its worker: nothing else is to be taken. */
  get isRunning(): boolean {
    return this.alone?.isAlone ?? false;
  }

  /** What to do where there are suspects. Long runs must not keep a worker from its work for ever, so it goes on at times. */
  next(inFlight: number, now: number): 'take' | 'wait' | 'go on' {
    if (now < this.askAt) return 'go on';
    if (inFlight === 0) return 'take';
    if (now < this.workUntil) return 'go on';
    this.waitingSince ??= now;
    if (now - this.waitingSince < this.patience) return 'wait';
    this.waitingSince = undefined;
    this.workUntil = now + this.patience * WORK_PER_WAIT;
    return 'go on';
  }

  /** True once it waits for what is in flight. */
  get isWaiting(): boolean {
    return this.waitingSince !== undefined;
  }

  /** How long it waits at most from now on. */
  leftToWait(now: number): number {
    return this.waitingSince === undefined ? 0 : Math.max(1, this.waitingSince + this.patience - now);
  }

  /** There are none to wait for any more, or another worker has taken it. */
  forgetWaiting(): void {
    this.waitingSince = undefined;
  }

  /** It was given this one, or none. */
  took(inFlight: InFlightDelivery | undefined, now: number): void {
    this.waitingSince = undefined;
    this.alone = inFlight;
    if (inFlight) inFlight.isAlone = true;
    else this.askAt = now + LOOK_AGAIN;
  }
}
