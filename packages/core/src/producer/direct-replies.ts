import { Alarm } from '../clock/alarm.js';
import type { Connection } from '../connection/connection.js';
import type { Message } from '../message/index.js';

/**
 * The delay before the first check of a request's own channel, in milliseconds. Replies of Repid arrive elsewhere, and
 * earlier.
 */
const FIRST_LOOK = 50;

/** The factor by which each interval between checks grows, and the longest interval in milliseconds. */
const GROWTH = 1.5;
const LONGEST_PAUSE = 1_000;
const LONGEST_PAUSE_LATE = 60_000;

/** How long after the end of a request its channel is still checked for a late reply, in milliseconds. */
const LATE = 10 * 60_000;

interface Watched {
  lookAt: number;
  pause: number;
  wasLookedAt: boolean;
  /** The end of the checks, in milliseconds since the epoch; set once the request is over. */
  until?: number;
}

/**
 * Finds replies in the channel that a request's address names. Programs that know nothing about correlations reply
 * there, such as the Python library. Each request has its own channel, so the channels are not consumed but checked at
 * intervals, while the request is open and for a while longer, so that a late reply is deleted. Needs the capability
 * `administration`.
 */
export class DirectReplies {
  private readonly watched = new Map<string, Watched>();
  private readonly alarm: Alarm;

  constructor(
    private readonly connection: Connection,
    private readonly onReply: (address: string, reply: Message) => void,
  ) {
    this.alarm = new Alarm(connection.broker.clock, () => this.lookAtDue());
  }

  /** Called before the request with this address is sent. */
  watch(address: string): void {
    if (!this.connection.broker.capabilities.administration) return;
    const lookAt = this.now() + FIRST_LOOK;
    this.watched.set(address, { lookAt, pause: FIRST_LOOK, wasLookedAt: false });
    this.alarm.setBy(lookAt);
  }

  /** Called when the request has its reply: none is expected any longer. */
  forget(address: string): void {
    const watched = this.watched.get(address);
    this.watched.delete(address);
    if (watched?.wasLookedAt) void this.remove(address);
  }

  /** Called when the request is over but a reply may still come. */
  expectLate(address: string): void {
    const watched = this.watched.get(address);
    if (watched) watched.until = this.now() + LATE;
  }

  /** Deletes what requests without a reply may have left behind. */
  async close(): Promise<void> {
    this.alarm.stop();
    const addresses = [...this.watched.keys()];
    this.watched.clear();
    await Promise.all(addresses.map((address) => this.remove(address)));
  }

  private lookAtDue(): void {
    const now = this.now();
    for (const [address, watched] of this.watched) if (watched.lookAt <= now) void this.lookAt(address, watched, now);
    for (const { lookAt } of this.watched.values()) this.alarm.setBy(lookAt);
  }

  private async lookAt(address: string, watched: Watched, now: number): Promise<void> {
    if (watched.until !== undefined && watched.until <= now) return this.forget(address);
    const longest = watched.until === undefined ? LONGEST_PAUSE : LONGEST_PAUSE_LATE;
    watched.pause = Math.min(watched.pause * GROWTH, longest);
    watched.lookAt = now + watched.pause;
    watched.wasLookedAt = true;
    const [reply] = await this.connection.broker.channels.peek(address, 1).catch(() => []); // The next check may succeed.
    if (reply === undefined || !this.watched.has(address)) return;
    this.forget(address);
    this.onReply(address, reply);
  }

  private async remove(address: string): Promise<void> {
    await this.connection.broker.channels.delete(address).catch(() => {}); // At worst, one small channel remains.
  }

  private now(): number {
    return this.connection.now();
  }
}
