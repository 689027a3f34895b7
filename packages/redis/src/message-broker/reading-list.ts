import type { Priority } from '@repid/core';
import type { Keys } from '../keys.js';

/** A stream that a consumer reads. */
export interface StreamToRead {
  readonly channel: string;
  readonly priority: Priority;
  readonly key: string;
}

/** What is known of a channel: is it paused, and which priorities beside medium are in use? */
export interface ChannelState {
  readonly paused: boolean;
  readonly high: boolean;
  readonly low: boolean;
}

const UNKNOWN: ChannelState = { paused: false, high: false, low: false };

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

  /** Answers whether that changes anything. */
  update(channel: string, state: ChannelState): boolean {
    const before = this.states.get(channel) ?? UNKNOWN;
    if (before.paused === state.paused && before.high === state.high && before.low === state.low) return false;
    this.states.set(channel, state);
    this.listed = undefined;
    return true;
  }

  /** Notes that a channel is paused or resumed. */
  setPaused(channel: string, paused: boolean): boolean {
    const state = this.states.get(channel);
    return state !== undefined && this.update(channel, { ...state, paused });
  }

  private of(priority: Priority): StreamToRead[] {
    return this.channels
      .filter((channel) => this.isRead(this.states.get(channel)!, priority))
      .map((channel) => ({ channel, priority, key: this.keys.channel(channel).streams[priority] }));
  }

  private isRead(state: ChannelState, priority: Priority): boolean {
    return !state.paused && (priority === 'medium' || state[priority]);
  }
}
