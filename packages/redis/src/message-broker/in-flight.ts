import { SwapRemoveList } from '@repid/core/internal';
import type { RedisDelivery } from './redis-delivery.js';
import type { StreamToRead } from './reading-list.js';

/** What a consumer has been given and has not settled: whatever else Redis says that it has, it has never learned of. */
export class InFlight {
  private readonly deliveries = new SwapRemoveList<RedisDelivery>();

  add(delivery: RedisDelivery): void {
    this.deliveries.add(delivery);
  }

  delete(delivery: RedisDelivery): void {
    this.deliveries.delete(delivery);
  }

  /** Forgets those that nobody has settled or extended for so many milliseconds: they are not the consumer's any more. */
  forgetOlderThan(milliseconds: number): void {
    const since = performance.now() - milliseconds;
    for (const delivery of this.deliveries) if (delivery.ownedSince < since) this.deliveries.delete(delivery);
  }

  /** Tells which entries are in flight, as of now. */
  snapshot(): (stream: StreamToRead, entry: string) => boolean {
    const known = new Set<string>();
    for (const { message, priority, hold } of this.deliveries) known.add(nameOf(message.channel, priority, hold.entry));
    return ({ channel, priority }, entry) => known.has(nameOf(channel, priority, entry));
  }
}

function nameOf(channel: string, priority: string, entry: string): string {
  return `${channel}:${priority}:${entry}`;
}
