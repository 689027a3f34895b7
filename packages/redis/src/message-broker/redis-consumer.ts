import { type ConsumeOptions, type Consumer, type Delivery, LostOwnershipError } from '@repid/core';
import { tooManyDeliveries } from '../codec/reason.js';
import { isRefusedWith } from '../connection/problems.js';
import { isPassing } from '../keys.js';
import { LIMITS } from '../options/defaults.js';
import { ScriptCall } from '../script/script-call.js';
import type { ConsumerParts } from './consumer-parts.js';
import { Intake, type TakenEntry } from './intake.js';
import { ReadingList } from './reading-list.js';
import type { RedisDelivery } from './redis-delivery.js';
import { Receipts } from './receipts.js';
import { Watch } from './watch.js';

/** The least that a reader sleeps, in milliseconds; Redis takes 0 for ever. */
const SHORTEST_SLEEP = 1;

/** What Redis says where a stream or its group is not there (any more). */
const GONE = ['NOGROUP', 'no such key', 'UNBLOCKED'];

/** Takes messages from Redis streams. */
export class RedisConsumer implements Consumer {
  readonly ownershipTime: number;
  private readonly list: ReadingList;
  private readonly intake: Intake;
  private readonly receipts: Receipts;
  private readonly watch: Watch;
  private nextReclaimAt = 0;
  private receiving: Promise<unknown> | undefined;
  private closing: Promise<void> | undefined;
  private woken = false;
  /** Whoever is about to sleep looks whether there was one since it last looked at what is there. */
  private interruptions = 0;
  private stopPause: (() => void) | undefined;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly options: ConsumeOptions,
  ) {
    this.ownershipTime = parts.ownershipTime;
    this.list = new ReadingList(parts.keys, [...new Set(options.channels)]);
    this.intake = new Intake(parts.keys, this.list, parts.name, parts.reader, parts.settler);
    this.receipts = new Receipts(parts.name, parts.maxDeliveries, parts.settler, (problem) => this.report(problem));
    this.watch = new Watch(parts.keys, this.list.channels, parts.commands, {
      onState: (channel, state) => this.list.update(channel, state) && void this.interrupt(),
      onCancel: (consumer, channel, jobId) => consumer === parts.name && this.options.onCancel?.(channel, jobId),
    });
  }

  /** Makes the channels where they are not there, and starts to watch them. */
  async open(): Promise<void> {
    await this.openChannels();
    await this.watch.open(this.parts.subscriber);
  }

  async receive(max: number, { wait }: { readonly wait: boolean }): Promise<readonly Delivery[]> {
    if (max < 1) return [];
    this.woken = false;
    const receiving = this.receiveSome(max, wait);
    this.receiving = receiving;
    try {
      return await receiving;
    } finally {
      this.receiving = undefined;
    }
  }

  wake(): void {
    if (!this.receiving) return;
    this.woken = true;
    void this.interrupt();
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const kept = await Promise.all(deliveries.map((delivery) => this.keep(delivery as RedisDelivery)));
    return deliveries.filter((_, n) => !kept[n]);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Learns at once what this process itself did. */
  async setPaused(channel: string, paused: boolean): Promise<void> {
    this.list.setPaused(channel, paused);
    await this.interrupt(); // Pub/sub may have told it sooner, but a sleep that began before may still be given something.
  }

  private async receiveSome(max: number, wait: boolean): Promise<readonly Delivery[]> {
    while (!this.closing) {
      try {
        const taken = await this.take(max, wait && !this.woken);
        const deliveries = this.receipts.deliver(taken);
        if (deliveries.length > 0) return deliveries;
        if (this.woken || (!wait && taken.length === 0)) return [];
      } catch (problem) {
        await this.recover(problem);
        if (this.woken || !wait) return [];
      }
    }
    return [];
  }

  private take(max: number, wait: boolean): Promise<readonly TakenEntry[]> {
    const isReady = !this.isReclaimDue() && this.parts.reader.isReady;
    return isReady ? this.read(max, wait) : this.takeOnceReady(max, wait);
  }

  private async takeOnceReady(max: number, wait: boolean): Promise<readonly TakenEntry[]> {
    if (this.isReclaimDue()) {
      const reclaimed = await this.reclaim(max);
      if (reclaimed.length > 0) return reclaimed;
    }
    return (await this.isConnected()) ? this.read(max, wait) : [];
  }

  private isReclaimDue(): boolean {
    return performance.now() >= this.nextReclaimAt && this.parts.commands().isReady;
  }

  private read(max: number, wait: boolean): Promise<readonly TakenEntry[]> {
    const before = this.interruptions;
    const block = wait && !this.woken ? this.untilReclaim() : undefined;
    if (this.list.streams.length === 0) return this.takeNothing(block);
    return this.intake.take(max, block, () => this.interruptions > before);
  }

  private async takeNothing(block: number | undefined): Promise<readonly TakenEntry[]> {
    if (block !== undefined) await this.pause(block);
    return [];
  }

  private untilReclaim(): number {
    return Math.max(SHORTEST_SLEEP, Math.ceil(this.nextReclaimAt - performance.now()));
  }

  // Waiting for a connection can be interrupted; a call that waits for one could not.
  private async isConnected(): Promise<boolean> {
    const { reader } = this.parts;
    if (reader.isReady) return true;
    await this.pause(reader.patience, reader.ready(reader.patience));
    if (!this.woken && !this.closing) await reader.ready(0);
    return reader.isReady;
  }

  // Workers are spread over time, and each looks three times while a delivery is owned.
  private async reclaim(max: number): Promise<TakenEntry[]> {
    const { commands, maxDeliveries } = this.parts;
    if (this.list.streams.length === 0) {
      this.nextReclaimAt = performance.now() + this.ownershipTime / 3;
      return [];
    }
    // One more than allowed is for a worker to refuse it; that none lives to do so is the last resort.
    const most = maxDeliveries * LIMITS.exhaustion;
    const { taken, more } = await this.intake.reclaim(
      commands(),
      max,
      this.ownershipTime,
      most,
      tooManyDeliveries(most),
    );
    this.nextReclaimAt = more ? 0 : performance.now() + (this.ownershipTime / 3) * (0.8 + Math.random() * 0.4);
    return taken;
  }

  private async keep(delivery: RedisDelivery): Promise<boolean> {
    if (delivery.isSettled) return false;
    try {
      await this.parts.settler.extend(delivery);
      return true;
    } catch (problem) {
      if (problem instanceof LostOwnershipError) return false;
      throw problem;
    }
  }

  private async recover(problem: unknown): Promise<void> {
    if (this.closing) return;
    if (GONE.some((answer) => isRefusedWith(problem, answer))) {
      await this.openChannels().catch((failure: unknown) => this.report(failure));
      return;
    }
    this.report(problem);
    await this.pause(LIMITS.recoveryPause);
  }

  private async openChannels(): Promise<void> {
    const { keys, commands } = this.parts;
    const { channels } = this.list;
    const call = new ScriptCall(keys, 'consume.open').add(channels.length);
    for (const channel of channels) call.channel(channel);
    const lasting = channels.filter((channel) => !isPassing(channel));
    await Promise.all([
      commands().run(call),
      lasting.length > 0 && commands().send((client) => client.sadd(keys.channels, ...lasting)),
    ]);
  }

  private report(problem: unknown): void {
    this.options.onProblem?.(problem instanceof Error ? problem : new Error(String(problem)));
  }

  private interrupt(): Promise<void> {
    this.interruptions += 1;
    this.stopPause?.();
    return this.parts.reader.wake();
  }

  /** Ends early when `until` settles, or by interruption. */
  private async pause(milliseconds: number, until?: Promise<void>): Promise<void> {
    if (this.woken || this.closing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.stopPause = end;
      until?.then(end, end);
    });
    this.stopPause = undefined;
  }

  private async end(): Promise<void> {
    this.watch.close();
    this.wake();
    await this.receiving?.catch(() => undefined);
    this.parts.reader.close();
    await this.leave().catch(() => undefined);
    this.parts.onClose(this);
  }

  private async leave(): Promise<void> {
    const { keys, commands, name } = this.parts;
    const call = new ScriptCall(keys, 'consume.leave').add(this.list.channels.length, name);
    for (const channel of this.list.channels) call.channel(channel);
    if (commands().isReady) await commands().run(call, LIMITS.wakeTimeout);
  }
}
