import type { ConsumeOptions, Consumer, Delivery, ReceiveOptions } from '../broker/index.js';
import type { Channel } from './channel.js';
import { InMemoryDelivery, type Settle } from './delivery.js';

interface Receive {
  readonly max: number;
  readonly resolve: (deliveries: readonly Delivery[]) => void;
}

/** What a consumer needs to know of its broker. */
export interface ConsumerRules {
  readonly ownershipTime: number;
  readonly maxDeliveries: number;
  readonly settle: Settle;
  /** The channel as it is now; it may have been deleted and made anew. */
  readonly channelNamed: (name: string) => Channel;
  readonly onClose: (consumer: InMemoryConsumer) => void;
}

/** Takes from its channels in turn, so that a full one does not starve the others. */
export class InMemoryConsumer implements Consumer {
  readonly ownershipTime: number;
  readonly #names: string[];
  #waiting: Receive | undefined;
  #closed = false;

  constructor(
    private readonly options: ConsumeOptions,
    private readonly rules: ConsumerRules,
  ) {
    this.ownershipTime = rules.ownershipTime;
    this.#names = [...new Set(options.channels)];
  }

  get hasSuspects(): boolean {
    return false;
  }

  isPaused(channel: string): boolean {
    return this.rules.channelNamed(channel).isPaused;
  }

  /** True where it takes from the channel. */
  takesFrom(channel: string): boolean {
    return this.#names.includes(channel);
  }

  async receive(max: number, { wait }: ReceiveOptions): Promise<readonly Delivery[]> {
    if (this.#closed) return [];
    for (const channel of this.#channels()) channel.refresh();
    const deliveries = this.#take(max);
    return deliveries.length > 0 || !wait ? deliveries : this.#wait(max);
  }

  wake(): void {
    this.#answer([]);
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    return deliveries.filter((delivery) => !this.#keep(delivery));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.wake();
    this.rules.onClose(this);
  }

  /** Ends a waiting `receive` with what its channels have by now, if anything. */
  serve(): void {
    const deliveries = this.#waiting ? this.#take(this.#waiting.max) : [];
    if (deliveries.length > 0) this.#answer(deliveries);
  }

  /** Somebody cancels a job that this consumer has in hand. */
  tellCancelled(channel: string, jobId: string): void {
    this.options.onCancel?.(channel, jobId);
  }

  #channels(): Channel[] {
    return this.#names.map((name) => this.rules.channelNamed(name));
  }

  #wait(max: number): Promise<readonly Delivery[]> {
    for (const channel of this.#channels()) channel.await(this);
    return new Promise((resolve) => {
      this.#waiting = { max, resolve };
    });
  }

  #answer(deliveries: readonly Delivery[]): void {
    if (!this.#waiting) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    for (const channel of this.#channels()) channel.ignore(this);
    resolve(deliveries);
  }

  /** One from each channel in turn, until there are enough or all are empty. */
  #take(max: number): Delivery[] {
    const taken: Delivery[] = [];
    let empty = 0;
    while (taken.length < max && empty < this.#names.length) {
      const delivery = this.#takeFrom(this.#nextChannel());
      empty = delivery ? 0 : empty + 1;
      if (delivery) taken.push(delivery);
    }
    return taken;
  }

  #nextChannel(): Channel {
    if (this.#names.length > 1) this.#names.push(this.#names.shift()!);
    return this.rules.channelNamed(this.#names.at(-1)!);
  }

  #takeFrom(channel: Channel): Delivery | undefined {
    const entry = channel.take();
    if (!entry) return undefined;
    entry.deliveries += 1;
    const delivery = new InMemoryDelivery(entry, channel, this, this.rules);
    channel.hand(delivery);
    return delivery;
  }

  #keep(delivery: Delivery): boolean {
    const isOwned = delivery instanceof InMemoryDelivery && delivery.isOwned;
    if (isOwned) delivery.channel.extend(delivery);
    return isOwned;
  }
}
