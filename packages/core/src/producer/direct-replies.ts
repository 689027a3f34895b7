import { Alarm } from '../clock/alarm.js';
import type { Connection } from '../connection/connection.js';
import type { Message } from '../message/index.js';

/** How long after a request was sent its own channel is first looked at, in milliseconds: replies of Repid come elsewhere, and sooner. */
const FIRST_LOOK = 50;

/** How much longer each pause between looks is than the one before, and the longest of them in milliseconds. */
const GROWTH = 1.5;
const LONGEST_PAUSE = 1_000;
const LONGEST_PAUSE_LATE = 60_000;

/** How long after the end of its request a reply is still looked for, so that it does not stay behind, in milliseconds. */
const LATE = 10 * 60_000;

interface Watched {
  lookAt: number;
  pause: number;
  wasLookedAt: boolean;
  /** Until when it is looked at, in milliseconds since the epoch: its request is over. */
  until?: number;
}

/**
 * Finds replies that lie in the channel which the address of a request names: those of programs that know nothing of correlations, such as
 * the Python library. Each request has its own, so nothing reads them all the time: they are looked at now and then, for as long as the request is open,
 * and a while longer, so that a late reply is removed. Needs the capability `administration`.
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

  /** A request with this address is about to be sent. */
  watch(address: string): void {
    if (!this.connection.broker.capabilities.administration) return;
    const lookAt = this.now() + FIRST_LOOK;
    this.watched.set(address, { lookAt, pause: FIRST_LOOK, wasLookedAt: false });
    this.alarm.setBy(lookAt);
  }

  /** Its request was answered: no reply is to be expected any more. */
  forget(address: string): void {
    const watched = this.watched.get(address);
    this.watched.delete(address);
    if (watched?.wasLookedAt) void this.remove(address);
  }

  /** Its request is over, and a reply may come yet. */
  expectLate(address: string): void {
    const watched = this.watched.get(address);
    if (watched) watched.until = this.now() + LATE;
  }

  /** Removes what may be left of requests that were not answered. */
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
    const [reply] = await this.connection.broker.channels.peek(address, 1).catch(() => []); // The next look may get through.
    if (reply === undefined || !this.watched.has(address)) return;
    this.forget(address);
    this.onReply(address, reply);
  }

  private async remove(address: string): Promise<void> {
    await this.connection.broker.channels.delete(address).catch(() => {}); // What is left is one small channel.
  }

  private now(): number {
    return this.connection.now();
  }
}
