import { type CancelTimer, type Clock, scheduleTimer } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { TimeSample } from './introduction.js';

/**
 * Redis' clock, as far as it can be told from here: between two looks it is carried on by the process' monotonic clock, so
 * that changes of the machine's time do not matter. Before the first look it is the machine's.
 */
export class ServerClock implements Clock {
  /** Redis' time less the process' monotonic time; undefined before the first look. */
  private offset: number | undefined;
  private isDueAt = Infinity;

  /** @param look asks Redis for its time, and gives it to `note`; called now and then, while the clock is used */
  constructor(private readonly look: () => void) {}

  /** Whole milliseconds since the epoch. */
  now(): number {
    if (this.offset === undefined) return Date.now();
    const now = performance.now();
    if (now >= this.isDueAt) {
      this.isDueAt = now + LIMITS.clockInterval;
      this.look();
    }
    return Math.floor(now + this.offset);
  }

  /** The process' monotonic time, in milliseconds: what lasts is measured by it. */
  monotonic(): number {
    return performance.now();
  }

  schedule(callback: () => void, delay: number): CancelTimer {
    return scheduleTimer(callback, delay);
  }

  /**
   * Redis read its clock at some time between the question and the answer. At first half of the way is taken for it; later
   * the offset is moved no more than is needed for it to be possible, so that a slow answer makes it no worse.
   */
  note({ server, sent, received }: TimeSample): void {
    this.isDueAt = received + LIMITS.clockInterval;
    const least = server - received;
    const most = server - sent;
    this.offset = this.offset === undefined ? (least + most) / 2 : Math.min(most, Math.max(least, this.offset));
  }
}
