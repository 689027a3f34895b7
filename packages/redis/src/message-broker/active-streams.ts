import type { Priority } from '@repid/core';
import { type Keys, LETTER } from '../keys.js';

/** A stream that a consumer reads. */
export interface ActiveStream {
  readonly channel: string;
  readonly priority: Priority;
  readonly key: string;
}

/** The known state of a channel. */
export interface ChannelState {
  /** The name of its pause; '' if it is not paused. */
  readonly pause: string;
  /** The letters of the priorities whose streams exist. */
  readonly streams: string;
}

/** How many messages of a channel may be taken at most. Channels that are not in it have no limit. */
export type ChannelLimits = ReadonlyMap<string, number>;

const UNKNOWN: ChannelState = { pause: '', streams: LETTER.medium };

/** The streams that a consumer reads: those of its channels that exist and are not paused. */
export class ActiveStreams {
  private readonly states = new Map<string, ChannelState>();
  private listed: readonly ActiveStream[] | undefined;

  constructor(
    private readonly keys: Keys,
    readonly channels: readonly string[],
  ) {
    for (const channel of channels) this.states.set(channel, UNKNOWN);
  }

  /** All of them, those of higher priority first. */
  get all(): readonly ActiveStream[] {
    this.listed ??= [...this.of('high'), ...this.of('medium'), ...this.of('low')];
    return this.listed;
  }

  /** Those of channels whose limit is not reached. */
  within(limits: ChannelLimits | undefined): readonly ActiveStream[] {
    if (!limits || limits.size === 0) return this.all;
    return this.all.filter(({ channel }) => limits.get(channel) !== 0);
  }

  isPaused(channel: string): boolean {
    return this.stateOf(channel).pause !== '';
  }

  /** Returns whether the state has changed. */
  update(channel: string, state: ChannelState): boolean {
    const before = this.stateOf(channel);
    if (before.pause === state.pause && before.streams === state.streams) return false;
    this.states.set(channel, state);
    this.listed = undefined;
    return true;
  }

  private stateOf(channel: string): ChannelState {
    return this.states.get(channel) ?? UNKNOWN;
  }

  private of(priority: Priority): ActiveStream[] {
    const isRead = (channel: string): boolean => {
      const { pause, streams } = this.stateOf(channel);
      return pause === '' && streams.includes(LETTER[priority]);
    };
    return this.channels
      .filter(isRead)
      .map((channel) => ({ channel, priority, key: this.keys.channel(channel).streams[priority] }));
  }
}
