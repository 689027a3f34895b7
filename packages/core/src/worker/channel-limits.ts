import type { Slots } from './slots.js';

/** Limits how many messages a worker receives from channels whose actors all have a concurrency limit. */
export class ChannelLimits {
  /** True if every channel is limited: then nothing is received while no slot is free. */
  readonly isComplete: boolean;

  private constructor(
    private readonly slots: ReadonlyMap<string, readonly Slots[]>,
    channels: readonly string[],
  ) {
    this.isComplete = channels.every((channel) => slots.has(channel));
  }

  /**
   * Returns undefined if no channel is limited.
   *
   * @param actors the channel of every actor, and its slots if it has a limit
   */
  static of(
    actors: readonly { readonly channel: string; readonly slots: Slots | undefined }[],
    channels: readonly string[],
  ): ChannelLimits | undefined {
    const limited = new Map<string, Slots[]>();
    for (const channel of new Set(channels)) {
      const slots = actors.filter((actor) => actor.channel === channel).map((actor) => actor.slots);
      const known = slots.filter((one) => one !== undefined);
      if (slots.length > 0 && known.length === slots.length) limited.set(channel, known);
    }
    return limited.size === 0 ? undefined : new ChannelLimits(limited, channels);
  }

  /** Returns the number of free slots of each limited channel. */
  current(): ReadonlyMap<string, number> {
    const free = new Map<string, number>();
    for (const [channel, slots] of this.slots) {
      free.set(
        channel,
        slots.reduce((sum, { semaphore }) => sum + semaphore.free, 0),
      );
    }
    return free;
  }
}

/** Returns how many messages to receive from all channels, at most `max`. */
export function maxWithin(max: number, limits: ReadonlyMap<string, number>, isComplete: boolean): number {
  if (!isComplete) return max;
  let sum = 0;
  for (const free of limits.values()) sum += free;
  return Math.min(max, sum);
}
