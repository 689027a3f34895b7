import type { Priority } from '@repid/core';
import type { Keys } from '../keys.js';
import { LETTER } from './priority-letters.js';

/** A stream that a consumer reads. */
export interface StreamToRead {
  readonly channel: string;
  readonly priority: Priority;
  readonly key: string;
}

/** What is known of a channel. */
export interface ChannelState {
  /** Names the pause that is on; empty where there is none. */
  readonly pause: string;
  /** The letters of the priorities whose streams are to be read. */
  readonly streams: string;
}

/** How many messages of a channel may be taken at most; channels that it does not name are not limited. */
export type ChannelLimits = ReadonlyMap<string, number>;

const UNKNOWN: ChannelState = { pause: '', streams: LETTER.medium };

/** Which streams a consumer reads: those of its channels that are in use and not paused. */
export class ReadingList {
  private readonly states = new Map<string, ChannelState>();
  private listed: readonly StreamToRead[] | undefined;

  constructor(
    private readonly keys: Keys,
    readonly channels: readonly string[],
  ) {
    for (const channel of channels) this.states.set(channel, UNKNOWN);
  }

  /** Streams of higher priority first. */
  get streams(): readonly StreamToRead[] {
    this.listed ??= [...this.of('high'), ...this.of('medium'), ...this.of('low')];
    return this.listed;
  }

  /** Those of channels that may give something. */
  within(limits: ChannelLimits | undefined): readonly StreamToRead[] {
    if (!limits || limits.size === 0) return this.streams;
    return this.streams.filter(({ channel }) => limits.get(channel) !== 0);
  }

  isPaused(channel: string): boolean {
    return this.stateOf(channel).pause !== '';
  }

  /** Returns whether that changes anything. */
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

  private of(priority: Priority): StreamToRead[] {
    return this.channels
      .filter((channel) => this.isRead(this.stateOf(channel), priority))
      .map((channel) => ({ channel, priority, key: this.keys.channel(channel).streams[priority] }));
  }

  private isRead({ pause, streams }: ChannelState, priority: Priority): boolean {
    return pause === '' && streams.includes(LETTER[priority]);
  }
}
