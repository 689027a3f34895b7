import { type CancelTimer, scheduleTimer } from '@repid/core';
import { type PromoteReply, promoteCall } from '../commands/promote.js';
import type { Listener, Subscriber } from '../connection/subscriber.js';
import { LIMITS } from '../options/defaults.js';
import type { ChannelState } from './active-streams.js';
import type { ConsumerParts } from './consumer-parts.js';

/** The reports of a watcher. */
export interface ChannelListener {
  readonly onState: (channel: string, state: ChannelState) => void;
  readonly onCancel: (consumer: string, channel: string, jobId: string) => void;
  /** Called if a channel cannot be watched. */
  readonly onProblem: (channel: string, problem: string) => void;
  /** Called after each poll. */
  readonly onPolled: () => void;
}

/**
 * Watches channels for a consumer: moves delayed messages into their streams when they are due, and learns of pauses, new priorities and
 * cancellations. Each poll also registers that the consumer is alive.
 */
export class ChannelWatcher {
  private cancelTimer: CancelTimer | undefined;
  private nextPollAt = Infinity;
  private polling: Promise<void> | undefined;
  private pollAgain = false;
  private closed = false;
  private readonly leaving: (() => void)[] = [];
  /** Channel -> the pause that was confirmed last. */
  private readonly confirmed = new Map<string, string>();

  constructor(
    private readonly parts: Pick<ConsumerParts, 'keys' | 'name' | 'commands'>,
    private readonly channels: readonly string[],
    private readonly listener: ChannelListener,
  ) {}

  async open(subscriber: Subscriber): Promise<void> {
    for (const channel of this.channels) {
      const listener: Listener = { onMessage: (text) => this.hear(channel, text), onGap: () => this.pollSoon() };
      this.leaving.push(await subscriber.listen(this.parts.keys.channel(channel).control, listener));
    }
    await this.poll();
  }

  /** Resolves after a poll that began after this call, even if that poll has failed. */
  async pollNow(): Promise<void> {
    await this.polling;
    if (this.closed) return;
    this.pollSoon();
    await this.polling;
  }

  /** Polls at once, and confirms that the consumer begins nothing more of the channel. */
  confirm(channel: string, pause: string): void {
    this.confirmed.set(channel, pause);
    this.pollSoon();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    for (const leave of this.leaving) leave();
  }

  private hear(channel: string, text: string): void {
    const [what, first = '', ...rest] = text.split(':');
    if (what === 'due') this.pollIn(Number(first));
    else if (what === 'cancel') this.listener.onCancel(first, channel, rest.join(':'));
    else this.pollSoon();
  }

  private pollSoon(): void {
    if (this.closed) return;
    this.pollAgain = true;
    this.polling ??= this.poll()
      .catch(() => this.pollIn(LIMITS.recoveryPause))
      .finally(() => {
        this.polling = undefined;
        if (this.pollAgain && !this.closed) this.pollSoon();
      });
  }

  private async poll(): Promise<void> {
    this.pollAgain = false;
    this.nextPollAt = Infinity;
    this.pollIn(LIMITS.pollInterval);
    const { keys, name, commands } = this.parts;
    const call = promoteCall(name, this.channels, this.confirmed, keys);
    const replies = await commands().runAgain<PromoteReply>(call);
    if (this.closed) return;
    replies.forEach(([due, pause, streams, problem], n) => {
      const channel = this.channels[n]!;
      if (due !== '') this.pollIn(Number(due));
      if (problem !== '') this.listener.onProblem(channel, problem);
      this.listener.onState(channel, { pause, streams });
    });
    this.listener.onPolled();
  }

  // Only the next poll is scheduled. It returns when the one after it is due.
  private pollIn(delay: number): void {
    const at = performance.now() + delay;
    if (this.closed || at >= this.nextPollAt) return;
    this.cancelTimer?.();
    this.nextPollAt = at;
    this.cancelTimer = scheduleTimer(() => this.pollSoon(), Math.max(0, delay - LIMITS.pollLead));
  }
}
