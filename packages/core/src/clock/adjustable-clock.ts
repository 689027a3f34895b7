import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { InvalidOptionError } from '../errors/index.js';
import { show } from '../errors/show.js';
import type { CancelTimer, Clock } from './clock.js';
import { type Due, DueQueue } from './due-queue.js';
import { scheduleTimer } from './system-clock.js';

/** A timer's callback may need a few turns of the event loop before it schedules the next timer. */
const TURNS_TO_SETTLE = 3;

/**
 * The system clock, until it is advanced by hand: `await clock.advance(3_600_000)` skips an hour.
 *
 * Made for tests, and harmless elsewhere: if it is never advanced, it behaves like the system clock.
 */
export class AdjustableClock implements Clock {
  /** Due by `monotonic()`, so setting the wall clock does not affect them. */
  readonly #timers = new DueQueue<() => void>();
  /** How far the clock was advanced by hand, in milliseconds. */
  #moved = 0;
  /** Wall clock time minus `monotonic()`. */
  #ahead = Date.now() - ticks();
  /** The current time while timers are fired by hand. */
  #frozenAt: number | undefined;
  #wakeUp: { readonly at: number; readonly cancel: CancelTimer } | undefined;
  #advanced: Promise<void> = Promise.resolve();

  now(): number {
    if (this.#frozenAt !== undefined) return this.#frozenAt + this.#ahead;
    const time = ticks();
    this.#follow(Date.now() - time);
    return time + this.#moved + this.#ahead;
  }

  monotonic(): number {
    return this.#frozenAt ?? ticks() + this.#moved;
  }

  schedule(callback: () => void, delay: number): CancelTimer {
    const timer = this.#timers.add(callback, this.monotonic() + delay);
    this.#arm();
    return () => this.#timers.remove(timer);
  }

  /**
   * Advances the time and fires the timers that become due, in the order of their times. While a timer fires, `now()`
   * is its due time. Between two timers, the code that the first one started gets time to schedule more.
   *
   * @param milliseconds how far to advance
   * @throws InvalidOptionError for a negative or invalid number: time does not go back
   */
  advance(milliseconds: number): Promise<void> {
    if (!(Number.isFinite(milliseconds) && milliseconds >= 0)) return Promise.reject(cannotAdvanceBy(milliseconds));
    const advanced = this.#advanced.then(() => this.#moveBy(milliseconds));
    this.#advanced = advanced.catch(() => undefined);
    return advanced;
  }

  async #moveBy(milliseconds: number): Promise<void> {
    const target = this.monotonic() + milliseconds;
    this.#frozenAt = this.monotonic();
    this.#disarm();
    try {
      await this.#fireUntil(target);
    } finally {
      this.#frozenAt = undefined;
      this.#moved = target - ticks();
      this.#arm();
    }
  }

  async #fireUntil(target: number): Promise<void> {
    await settle();
    for (let due = this.#timers.takeDue(target); due; due = this.#timers.takeDue(target)) {
      this.#frozenAt = Math.max(this.monotonic(), due.dueAt);
      due.item();
      await settle();
    }
  }

  /** Uses one system timer, for the earliest of ours: thousands of timeouts that never fire cost nothing. */
  #arm(): void {
    const { first } = this.#timers;
    if (first === undefined || this.#frozenAt !== undefined) return;
    if (this.#wakeUp && this.#wakeUp.at <= first.dueAt) return;
    this.#disarm();
    this.#wakeUp = {
      at: first.dueAt,
      cancel: scheduleTimer(() => this.#fireDue(), Math.max(0, first.dueAt - this.monotonic())),
    };
  }

  #disarm(): void {
    this.#wakeUp?.cancel();
    this.#wakeUp = undefined;
  }

  #fireDue(): void {
    this.#wakeUp = undefined;
    try {
      for (let due = this.#takeDue(); due; due = this.#takeDue()) due.item();
    } finally {
      this.#arm();
    }
  }

  #takeDue(): Due<() => void> | undefined {
    return this.#timers.takeDue(this.monotonic());
  }

  /** Follows the wall clock if it was set, but not the small difference between the two clocks' ticks. */
  #follow(ahead: number): void {
    if (Math.abs(ahead - this.#ahead) > 1) this.#ahead = ahead;
  }
}

/** The fraction of a millisecond that makes the monotonic clock tick together with the wall clock. */
const PHASE = performance.timeOrigin % 1;

/** The process's monotonic clock in whole milliseconds. */
function ticks(): number {
  return Math.floor(performance.now() + PHASE);
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) await turnOfTheLoop();
}

function cannotAdvanceBy(milliseconds: unknown): InvalidOptionError {
  return new InvalidOptionError(
    `A clock cannot be advanced by ${show(milliseconds)}. Give the milliseconds to move it on, 0 or more.`,
  );
}
