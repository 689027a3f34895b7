import { type CancelTimer, type Clock, scheduleTimer } from '@repid/core';
import { LIMITS } from '../options/defaults.js';
import type { TimeSample } from './handshake.js';

/**
 * Estimates Redis' clock. Between two samples the process' monotonic clock carries it on, so changes of the machine's time do not matter.
 * Before the first sample it is the machine's clock.
 */
export class ServerClock implements Clock {
  /** Redis' time minus the process' monotonic time; undefined before the first sample. */
  private offset: number | undefined;
  private isDueAt = Infinity;

  /** @param ask asks Redis for its time, and passes it to `note`. Called regularly while the clock is used */
  constructor(private readonly ask: () => void) {}

  /** Whole milliseconds since the epoch. */
  now(): number {
    if (this.offset === undefined) return Date.now();
    const now = performance.now();
    if (now >= this.isDueAt) {
      this.isDueAt = now + LIMITS.clockInterval;
      this.ask();
    }
    return Math.floor(now + this.offset);
  }

  /** The process' monotonic time, in milliseconds, to measure durations. */
  monotonic(): number {
    return performance.now();
  }

  schedule(callback: () => void, delay: number): CancelTimer {
    return scheduleTimer(callback, delay);
  }

  /**
   * Redis read its clock at some time between the request and the reply. The first sample assumes the middle. Later samples move the offset
   * no further than they require, so that a slow reply does not make it worse.
   */
  note({ server, sent, received }: TimeSample): void {
    this.isDueAt = received + LIMITS.clockInterval;
    const least = server - received;
    const most = server - sent;
    this.offset = this.offset === undefined ? (least + most) / 2 : Math.min(most, Math.max(least, this.offset));
  }
}
