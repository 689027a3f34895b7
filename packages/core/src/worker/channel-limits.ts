import type { Slots } from './slots.js';

/** What a worker may take of its channels: of one whose actors all have a limit, no more than these may run. */
export class ChannelLimits {
  /** True where that holds for every channel, so that nothing at all is to be taken when nothing may run. */
  readonly isComplete: boolean;

  private constructor(
    private readonly slots: ReadonlyMap<string, readonly Slots[]>,
    channels: readonly string[],
  ) {
    this.isComplete = channels.every((channel) => slots.has(channel));
  }

  /**
   * Undefined where no channel is limited.
   *
   * @param actors every actor's channel, and its slots where it has a limit
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

  /** How many more may run, by channel. */
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

/** How many may be taken in all, of `room`. */
export function mostOf(room: number, limits: ReadonlyMap<string, number>, isComplete: boolean): number {
  if (!isComplete) return room;
  let sum = 0;
  for (const free of limits.values()) sum += free;
  return Math.min(room, sum);
}
