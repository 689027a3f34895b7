import { type CancelTimer, scheduleTimer } from '@repid/core';
import { type PromoteAnswer, promoteCall } from '../commands/promote.js';
import type { Listener, Subscriber } from '../connection/subscriber.js';
import { LIMITS } from '../options/defaults.js';
import type { ChannelState } from './active-streams.js';
import type { ConsumerParts } from './consumer-parts.js';

/** What a watcher reports. */
export interface ChannelListener {
  readonly onState: (channel: string, state: ChannelState) => void;
  readonly onCancel: (consumer: string, channel: string, jobId: string) => void;
  /** Called where a channel cannot be watched. */
  readonly onProblem: (channel: string, problem: string) => void;
  /** Called after each look. */
  readonly onLook: () => void;
}

/**
 * Watches channels for a consumer: moves delayed messages into their streams when they are due, and learns of pauses, new priorities and
 * cancellations. Each look also registers that the consumer is alive.
 */
export class ChannelWatcher {
  private cancelTimer: CancelTimer | undefined;
  private nextLookAt = Infinity;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
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
      const listener: Listener = { onMessage: (text) => this.hear(channel, text), onGap: () => this.lookSoon() };
      this.leaving.push(await subscriber.listen(this.parts.keys.channel(channel).control, listener));
    }
    await this.look();
  }

  /** Resolves after a look that began after this call, also where that has failed. */
  async lookNow(): Promise<void> {
    await this.looking;
    if (this.closed) return;
    this.lookSoon();
    await this.looking;
  }

  /** Looks at once, and confirms that the consumer begins nothing more of the channel. */
  confirm(channel: string, pause: string): void {
    this.confirmed.set(channel, pause);
    this.lookSoon();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    for (const leave of this.leaving) leave();
  }

  private hear(channel: string, text: string): void {
    const [what, first = '', ...rest] = text.split(':');
    if (what === 'due') this.lookIn(Number(first));
    else if (what === 'cancel') this.listener.onCancel(first, channel, rest.join(':'));
    else this.lookSoon();
  }

  private lookSoon(): void {
    if (this.closed) return;
    this.lookAgain = true;
    this.looking ??= this.look()
      .catch(() => this.lookIn(LIMITS.recoveryPause))
      .finally(() => {
        this.looking = undefined;
        if (this.lookAgain && !this.closed) this.lookSoon();
      });
  }

  private async look(): Promise<void> {
    this.lookAgain = false;
    this.nextLookAt = Infinity;
    this.lookIn(LIMITS.lookInterval);
    const { keys, name, commands } = this.parts;
    const call = promoteCall(name, this.channels, this.confirmed, keys);
    const answers = await commands().runAgain<PromoteAnswer>(call);
    if (this.closed) return;
    answers.forEach(([due, pause, streams, problem], n) => {
      const channel = this.channels[n]!;
      if (due >= 0) this.lookIn(due);
      if (problem !== '') this.listener.onProblem(channel, problem);
      this.listener.onState(channel, { pause, streams });
    });
    this.listener.onLook();
  }

  // Only the next look is scheduled. It returns when the one after it is due.
  private lookIn(delay: number): void {
    const at = performance.now() + delay;
    if (this.closed || at >= this.nextLookAt) return;
    this.cancelTimer?.();
    this.nextLookAt = at;
    this.cancelTimer = scheduleTimer(() => this.lookSoon(), delay);
  }
}
