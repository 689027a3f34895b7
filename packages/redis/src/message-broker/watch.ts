import { type CancelTimer, scheduleTimer } from '@repid/core';
import type { Connection } from '../connection/connection.js';
import type { Listener, Subscriber } from '../connection/subscriber.js';
import type { Keys } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { ScriptCall } from '../script/script-call.js';
import type { ChannelState } from './reading-list.js';

/** In how many milliseconds more is due or -1; paused; is there a high stream; is there a low one. */
type LookAnswer = readonly [due: number, paused: number, high: number, low: number];

/** Whom a watch tells. */
export interface WatchListener {
  readonly onState: (channel: string, state: ChannelState) => void;
  readonly onCancel: (consumer: string, channel: string, jobId: string) => void;
}

/**
 * Watches channels for a consumer: moves delayed messages into their streams when they are due, which wakes whoever reads
 * those, and learns of pauses, new priorities and cancellations.
 */
export class Watch {
  private cancelTimer: CancelTimer | undefined;
  private nextLookAt = Infinity;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private closed = false;
  private readonly leaving: (() => void)[] = [];

  constructor(
    private readonly keys: Keys,
    private readonly channels: readonly string[],
    private readonly connection: () => Connection,
    private readonly listener: WatchListener,
  ) {}

  async open(subscriber: Subscriber): Promise<void> {
    for (const channel of this.channels) {
      const listener: Listener = { onMessage: (text) => this.hear(channel, text), onGap: () => this.lookSoon() };
      this.leaving.push(await subscriber.listen(this.keys.channel(channel).control, listener));
    }
    await this.look();
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
    const call = new ScriptCall(this.keys, 'consume.promote').add(this.channels.length, LIMITS.promotionBatch);
    for (const channel of this.channels) call.channel(channel);
    const answers = await this.connection().run<LookAnswer[]>(call);
    if (!this.closed) answers.forEach((answer, n) => this.note(this.channels[n]!, answer));
  }

  private note(channel: string, [due, paused, high, low]: LookAnswer): void {
    if (due >= 0) this.lookIn(due);
    this.listener.onState(channel, { paused: paused === 1, high: high === 1, low: low === 1 });
  }

  // Only the next look is remembered: it tells when the one after that is due.
  private lookIn(delay: number): void {
    const at = performance.now() + delay;
    if (this.closed || at >= this.nextLookAt) return;
    this.cancelTimer?.();
    this.nextLookAt = at;
    this.cancelTimer = scheduleTimer(() => this.lookSoon(), delay);
  }
}
