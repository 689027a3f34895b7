import { type ConsumeOptions, type Consumer, type Delivery, LostOwnershipError, MalformedMessageError } from '@repid/core';
import { decodeEntry, decodeLeniently } from '../codec/entry.js';
import { tooManyDeliveries } from '../codec/reason.js';
import { isRefusedWith } from '../connection/problems.js';
import { LIMITS } from '../options/defaults.js';
import { ScriptCall } from '../script/script-call.js';
import type { ConsumerParts } from './consumer-parts.js';
import { Intake, type TakenEntry } from './intake.js';
import { ReadingList } from './reading-list.js';
import { RedisDelivery } from './redis-delivery.js';
import { Watch } from './watch.js';

/** Takes messages from Redis streams. */
export class RedisConsumer implements Consumer {
  readonly ownershipTime: number;
  private readonly list: ReadingList;
  private readonly intake: Intake;
  private readonly watch: Watch;
  private nextReclaimAt = 0;
  private receiving: Promise<unknown> | undefined;
  private closing: Promise<void> | undefined;
  private woken = false;
  private stopPause: (() => void) | undefined;

  constructor(
    private readonly parts: ConsumerParts,
    private readonly options: ConsumeOptions,
  ) {
    this.ownershipTime = parts.ownershipTime;
    this.list = new ReadingList(parts.keys, [...new Set(options.channels)]);
    this.intake = new Intake(parts.keys, this.list, parts.name, parts.reader);
    this.watch = new Watch(parts.keys, this.list.channels, parts.commands, {
      onState: (channel, state) => this.list.update(channel, state) && this.interrupt(),
      onCancel: (consumer, jobId) => consumer === parts.name && this.options.onCancel?.(jobId),
    });
  }

  /** Makes the channels where they are not there, and starts to watch them. */
  async open(): Promise<void> {
    await this.openChannels();
    await this.watch.open(this.parts.subscriber);
  }

  async receive(max: number, { wait }: { readonly wait: boolean }): Promise<readonly Delivery[]> {
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
    this.interrupt();
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
  setPaused(channel: string, paused: boolean): void {
    if (this.list.setPaused(channel, paused)) this.interrupt();
  }

  private async receiveSome(max: number, wait: boolean): Promise<readonly Delivery[]> {
    while (!this.closing) {
      try {
        const taken = await this.take(max, wait && !this.woken);
        const deliveries = this.deliver(taken);
        if (deliveries.length > 0) return deliveries;
        if (this.woken || (!wait && taken.length === 0)) return [];
      } catch (problem) {
        await this.recover(problem);
        if (this.woken || !wait) return [];
      }
    }
    return [];
  }

  private async take(max: number, wait: boolean): Promise<TakenEntry[]> {
    if (performance.now() >= this.nextReclaimAt) {
      const reclaimed = await this.reclaim(max);
      if (reclaimed.length > 0) return reclaimed;
    }
    const block = wait ? Math.max(1, Math.ceil(this.nextReclaimAt - performance.now())) : undefined;
    if (this.list.streams.length > 0) return this.intake.take(max, this.woken ? undefined : block);
    if (block !== undefined) await this.pause(block);
    return [];
  }

  // Workers are spread over time, and each looks three times while a delivery is owned.
  private async reclaim(max: number): Promise<TakenEntry[]> {
    const { commands, maxDeliveries } = this.parts;
    if (this.list.streams.length === 0) {
      this.nextReclaimAt = performance.now() + this.ownershipTime / 3;
      return [];
    }
    const reason = tooManyDeliveries(maxDeliveries);
    const reclaimed = await this.intake.reclaim(commands(), max, this.ownershipTime, maxDeliveries, reason);
    const more = reclaimed.length === max;
    this.nextReclaimAt = more ? 0 : performance.now() + (this.ownershipTime / 3) * (0.8 + Math.random() * 0.4);
    return reclaimed;
  }

  private deliver(taken: readonly TakenEntry[]): RedisDelivery[] {
    const deliveries: RedisDelivery[] = [];
    for (const one of taken) {
      try {
        deliveries.push(this.deliveryOf(one));
      } catch (problem) {
        if (!(problem instanceof MalformedMessageError)) throw problem;
        this.bury(one, problem);
      }
    }
    return deliveries;
  }

  private deliveryOf({ stream, entry, deliveryCount }: TakenEntry): RedisDelivery {
    const { message, jobId } = decodeEntry(stream.channel, entry);
    const hold = { entry: entry[0].toString('latin1'), consumer: this.parts.name, jobId };
    return new RedisDelivery(message, stream.priority, deliveryCount, hold, this.parts.settler);
  }

  private bury({ stream, entry: [id, fields], deliveryCount }: TakenEntry, problem: MalformedMessageError): void {
    const message = decodeLeniently(stream.channel, fields ?? []);
    const hold = { entry: id.toString('latin1'), consumer: this.parts.name, jobId: undefined };
    const delivery = new RedisDelivery(message, stream.priority, deliveryCount, hold, this.parts.settler);
    this.report(problem);
    this.parts.settler.bury(delivery, problem).catch((failure: unknown) => this.report(failure));
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
    if (isRefusedWith(problem, 'NOGROUP') || isRefusedWith(problem, 'no such key')) {
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
    await Promise.all([
      commands().run(call),
      channels.length > 0 && commands().send((client) => client.sadd(keys.channels, ...channels)),
    ]);
  }

  private report(problem: unknown): void {
    this.options.onProblem?.(problem instanceof Error ? problem : new Error(String(problem)));
  }

  private interrupt(): void {
    this.stopPause?.();
    void this.parts.reader.wake();
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.woken || this.closing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.stopPause = () => {
        clearTimeout(timer);
        resolve();
      };
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
    if (commands().isReady) await commands().run(call);
  }
}
