import { SwapRemoveList } from '@repid/core/internal';
import type { ActiveStream } from './active-streams.js';
import type { RedisDelivery } from './redis-delivery.js';

/** The deliveries that a consumer knows of and has not settled. Other entries that are pending for it were lost on the way to it. */
export class InFlight extends SwapRemoveList<RedisDelivery> {
  /** Forgets deliveries that were not settled or extended for so many milliseconds: the consumer has lost them. */
  forgetOlderThan(milliseconds: number): void {
    const since = performance.now() - milliseconds;
    for (const delivery of this) if (delivery.ownedSince < since) this.delete(delivery);
  }

  /** Returns a function that tells which entries are in flight now. */
  snapshot(): (stream: ActiveStream, entry: string) => boolean {
    const known = new Set<string>();
    for (const { message, priority, lease } of this) known.add(nameOf(message.channel, priority, lease.entry));
    return ({ channel, priority }, entry) => known.has(nameOf(channel, priority, entry));
  }
}

function nameOf(channel: string, priority: string, entry: string): string {
  return `${channel}:${priority}:${entry}`;
}
