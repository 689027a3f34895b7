import {
  type ConsumeOptions,
  type Consumer,
  type Delivery,
  LostOwnershipError,
  type ReceiveOptions,
  scheduleTimer,
} from '@repid/core';
import { ReplyLostError, isRefusedWith } from '../connection/problems.js';
import { LIMITS } from '../options/defaults.js';
import { ActiveStreams, type ChannelLimits, type ChannelState } from './active-streams.js';
import { ChannelWatcher } from './channel-watcher.js';
import { ConsumerChannels, WRONG_TYPE } from './consumer-channels.js';
import type { ConsumerParts } from './consumer-parts.js';
import { ConsumerReports } from './consumer-reports.js';
import { DeliveryDecoder } from './delivery-decoder.js';
import { InFlight } from './in-flight.js';
import { Fetcher, type TakenEntry } from './fetcher.js';
import type { RedisDelivery } from './redis-delivery.js';
import { Takeover } from './takeover.js';

/** The shortest blocking read, in milliseconds. For Redis 0 means for ever. */
const SHORTEST_SLEEP = 1;

const NOTHING: Promise<readonly TakenEntry[]> = Promise.resolve([]);

/** Refusals that mean that a stream or its group does not exist (any more). */
const GONE = /NOGROUP|no such key|UNBLOCKED/;

/** Takes messages from Redis streams. */
export class RedisConsumer implements Consumer {
  readonly ownershipTime: number;
  private readonly streams: ActiveStreams;
  private readonly inFlight = new InFlight();
  private readonly fetcher: Fetcher;
  private readonly takeover: Takeover;
  private readonly decoder: DeliveryDecoder;
  private readonly watcher: ChannelWatcher;
  private readonly reports: ConsumerReports;
  private readonly channels: ConsumerChannels;
  private receiving: Promise<unknown> | undefined;
  /** The read that is in progress. */
  private taking: Promise<unknown> | undefined;
  private closing: Promise<void> | undefined;
  private woken = false;
  /** Counts interruptions. A read checks before it blocks whether there was one since it began. */
  private interruptions = 0;
  private stopPause: (() => void) | undefined;

  constructor(
    private readonly parts: ConsumerParts,
    options: ConsumeOptions,
  ) {
    const { name, keys, settler } = parts;
    const onProblem = (problem: string): void => void this.noteStreamProblem(problem);
    this.ownershipTime = parts.ownershipTime;
    this.streams = new ActiveStreams(keys, [...new Set(options.channels)]);
    this.reports = new ConsumerReports(options, parts.commands);
    this.channels = new ConsumerChannels(parts, this.streams.channels, this.reports);
    this.fetcher = new Fetcher(parts, this.streams, onProblem);
    this.takeover = new Takeover(parts, this.streams, this.inFlight, onProblem);
    this.decoder = new DeliveryDecoder(name, settler, this.inFlight, this.reports.problem);
    this.watcher = new ChannelWatcher(parts, this.streams.channels, {
      onState: (channel, state) => this.note(channel, state),
      onCancel: (consumer, channel, jobId) => consumer === name && this.reports.cancelled(channel, jobId),
      onProblem: (channel, problem) => this.reports.ofChannel(channel, problem),
      onPolled: () => void this.lookForSuspects(),
    });
  }

  /** Creates missing channels, and starts to watch them. */
  async open(): Promise<void> {
    await this.channels.open();
    await this.watcher.open(this.parts.subscriber);
  }

  get hasSuspects(): boolean {
    return this.takeover.hasSuspects;
  }

  isPaused(channel: string): boolean {
    return this.streams.isPaused(channel);
  }

  async receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]> {
    if (max < 1) return [];
    this.woken = false;
    const receiving = options.alone ? this.receiveAlone(options.limits) : this.receiveSome(max, options);
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

  async markStarted(delivery: Delivery): Promise<void> {
    await this.parts.settler.markStarted(delivery as RedisDelivery);
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const kept = await Promise.all(deliveries.map((delivery) => this.keep(delivery as RedisDelivery)));
    return deliveries.filter((_, n) => !kept[n]);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Polls its channels at once, after this process has changed one. */
  pollNow(): Promise<void> {
    return this.watcher.pollNow();
  }

  private async receiveSome(max: number, options: ReceiveOptions): Promise<readonly Delivery[]> {
    const { wait } = options;
    while (!this.closing) {
      try {
        const taken = await this.noting(this.take(max, options));
        const deliveries = this.decoder.decode(taken);
        if (deliveries.length > 0) return deliveries;
        if (this.woken || ((!wait || this.hasSuspects) && taken.length === 0)) return [];
      } catch (problem) {
        await this.recover(problem);
        if (this.woken || !wait) return [];
      }
    }
    return [];
  }

  private async receiveAlone(limits: ChannelLimits | undefined): Promise<readonly Delivery[]> {
    if (this.closing || !this.parts.reader.isReady) return [];
    try {
      return this.decoder.decode(await this.noting(this.takeover.takeAlone(limits)));
    } catch (problem) {
      await this.recover(problem);
      return [];
    }
  }

  /** Keeps track of a read in progress, and notes whether its reply was lost. */
  private async noting(taking: Promise<readonly TakenEntry[]>): Promise<readonly TakenEntry[]> {
    this.taking = taking;
    try {
      return await taking;
    } catch (problem) {
      if (problem instanceof ReplyLostError) this.takeover.noteLostReply();
      throw problem;
    } finally {
      this.taking = undefined;
    }
  }

  private take(max: number, options: ReceiveOptions): Promise<readonly TakenEntry[]> {
    const isReady = !this.takeover.isDue && this.parts.reader.isReady;
    return isReady ? this.read(max, options) : this.takeOnceReady(max, options);
  }

  private async takeOnceReady(max: number, options: ReceiveOptions): Promise<readonly TakenEntry[]> {
    if (this.takeover.isDue) {
      const takenOver = await this.takeOver(max, options.limits);
      if (takenOver.length > 0) return takenOver;
    }
    return (await this.isConnected()) ? this.read(max, options) : [];
  }

  /** Can be interrupted. */
  private async takeOver(max: number, limits: ChannelLimits | undefined): Promise<readonly TakenEntry[]> {
    const taking = this.takeover.take(max, limits);
    let isHere = false;
    const settled = taking.finally(() => {
      isHere = true;
    });
    await this.pause(this.parts.reader.timeout, settled);
    if (isHere) return taking;
    this.takeover.abandon(taking);
    return [];
  }

  private read(max: number, { wait, limits }: ReceiveOptions): Promise<readonly TakenEntry[]> {
    const before = this.interruptions;
    const block = wait && !this.woken && !this.hasSuspects ? this.longestSleep() : undefined;
    if (this.streams.within(limits).length === 0)
      return block === undefined ? NOTHING : this.pause(block).then(() => []);
    return this.fetcher.fetch({ max, limits, block, isWoken: () => this.interruptions > before });
  }

  // A lost wake-up delays it no longer than this.
  private longestSleep(): number {
    const untilTakeover = Math.ceil(this.takeover.dueAt - performance.now());
    return Math.max(SHORTEST_SLEEP, Math.min(untilTakeover, LIMITS.pollInterval));
  }

  // This wait can be interrupted. A call that waits for a connection cannot.
  private async isConnected(): Promise<boolean> {
    const { reader } = this.parts;
    if (reader.isReady) return true;
    await this.pause(reader.timeout, reader.ready(reader.timeout));
    if (!this.woken && !this.closing) await reader.ready(0);
    return reader.isReady;
  }

  private async keep(delivery: RedisDelivery): Promise<boolean> {
    if (delivery.isSettled) return false;
    try {
      await this.parts.settler.extend(delivery);
      return true;
    } catch (problem) {
      if (!(problem instanceof LostOwnershipError)) throw problem;
      delivery.forget();
      return false;
    }
  }

  private note(channel: string, state: ChannelState): void {
    const wasPaused = this.streams.isPaused(channel);
    if (!this.streams.update(channel, state)) return;
    const { taking } = this;
    // Restores the position of the group if the key that held it was lost.
    if (wasPaused && state.pause === '') void this.channels.openAgain();
    void this.interrupt();
    if (state.pause === '') return;
    // The read in progress may return messages of the channel. After it none are begun.
    void Promise.allSettled([taking]).then(() => this.watcher.confirm(channel, state.pause));
  }

  private async lookForSuspects(): Promise<void> {
    if (!this.hasSuspects || this.closing) return;
    await this.takeover.lookForSuspects().catch(this.reports.lasting);
  }

  private async recover(problem: unknown): Promise<void> {
    if (this.closing) return;
    if (isRefusedWith(problem, GONE)) {
      await this.channels.openAgain();
      return;
    }
    if (isRefusedWith(problem, WRONG_TYPE)) this.reports.lasting(problem);
    else this.reports.problem(problem);
    await this.pause(LIMITS.recoveryPause);
  }

  /** A problem with one stream does not stop the others. */
  private async noteStreamProblem(problem: string): Promise<void> {
    if (!GONE.test(problem)) this.reports.lasting(problem);
    else if (await this.channels.openAgain()) await this.interrupt();
  }

  private interrupt(): Promise<void> {
    this.interruptions += 1;
    this.stopPause?.();
    return this.parts.reader.wake();
  }

  /** Ends early when `until` settles, or when it is interrupted. */
  private async pause(milliseconds: number, until?: Promise<unknown>): Promise<void> {
    const settled = until?.catch(() => undefined);
    if (this.woken || this.closing) return;
    await new Promise<void>((resolve) => {
      const cancelTimer = scheduleTimer(resolve, milliseconds);
      const end = (): void => {
        cancelTimer();
        resolve();
      };
      this.stopPause = end;
      void settled?.then(end);
    });
    this.stopPause = undefined;
  }

  private async end(): Promise<void> {
    this.watcher.close();
    this.wake();
    await this.receiving?.catch(() => undefined);
    this.parts.reader.close();
    await this.channels.leave().catch(() => undefined);
    this.parts.onClose();
  }
}
