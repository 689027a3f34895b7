import type { ConsumeOptions, Consumer, Delivery, ReceiveOptions } from '../broker/index.js';
import type { Channel } from './channel.js';
import { InMemoryDelivery, type Settle } from './delivery.js';
import type { Entry } from './entry.js';

type Limits = NonNullable<ReceiveOptions['limits']>;

/** A `receive` that waits. */
interface Receive {
  readonly max: number;
  readonly limits: Limits;
  readonly resolve: (deliveries: readonly Delivery[]) => void;
}

/** What a consumer needs to know of its broker. */
export interface ConsumerRules {
  readonly ownershipTime: number;
  readonly settle: Settle;
  /** The channel as it is now; it may have been deleted and made anew. */
  readonly channelNamed: (name: string) => Channel;
  readonly onClose: (consumer: InMemoryConsumer) => void;
}

const NO_LIMITS: Limits = new Map();

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
    return this.#channels().some((channel) => channel.hasSuspects);
  }

  isPaused(channel: string): boolean {
    return this.rules.channelNamed(channel).isPaused;
  }

  /** True where it takes from the channel. */
  takesFrom(channel: string): boolean {
    return this.#names.includes(channel);
  }

  async receive(max: number, options: ReceiveOptions): Promise<readonly Delivery[]> {
    const { wait, alone = false, limits = NO_LIMITS } = options;
    if (this.#closed) return [];
    for (const channel of this.#channels()) channel.refresh();
    if (alone) return this.#takeSuspect(limits);
    const deliveries = this.#take(max, limits);
    const isDone = deliveries.length > 0 || !wait || this.hasSuspects;
    return isDone ? deliveries : this.#wait(max, limits);
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

  /** Ends a waiting `receive` with what its channels have by now, if anything; empty where that is to be had alone. */
  serve(): void {
    if (!this.#waiting) return;
    const deliveries = this.#take(this.#waiting.max, this.#waiting.limits);
    if (deliveries.length > 0 || this.hasSuspects) this.#answer(deliveries);
  }

  /** Somebody has cancelled a job that this consumer had in hand. What its listeners throw harms nobody. */
  tellCancelled(channel: string, jobId: string): void {
    const { onCancel, onProblem } = this.options;
    attempt(
      () => onCancel?.(channel, jobId),
      (problem) => attempt(() => onProblem?.(problem), ignore),
    );
  }

  #channels(): Channel[] {
    return this.#names.map((name) => this.rules.channelNamed(name));
  }

  #wait(max: number, limits: Limits): Promise<readonly Delivery[]> {
    for (const channel of this.#channels()) channel.await(this);
    return new Promise((resolve) => {
      this.#waiting = { max, limits, resolve };
    });
  }

  #answer(deliveries: readonly Delivery[]): void {
    if (!this.#waiting) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    for (const channel of this.#channels()) channel.ignore(this);
    resolve(deliveries);
  }

  /** One from each channel in turn, until there are enough or all have no more, or may give no more. */
  #take(max: number, limits: Limits): Delivery[] {
    const taken: Delivery[] = [];
    const left = limits.size > 0 ? new Map(limits) : limits;
    let empty = 0;
    while (taken.length < max && empty < this.#names.length) {
      const channel = this.#nextChannel();
      const entry = isOpen(channel, left) ? channel.take() : undefined;
      empty = entry ? 0 : empty + 1;
      if (entry) taken.push(this.#hand(entry, channel));
      if (entry && left.size > 0) useUp(channel, left as Map<string, number>);
    }
    return taken;
  }

  #takeSuspect(limits: Limits): Delivery[] {
    for (let looked = 0; looked < this.#names.length; looked += 1) {
      const channel = this.#nextChannel();
      const entry = isOpen(channel, limits) ? channel.takeSuspect() : undefined;
      if (entry) return [this.#hand(entry, channel)];
    }
    return [];
  }

  #nextChannel(): Channel {
    if (this.#names.length > 1) this.#names.push(this.#names.shift()!);
    return this.rules.channelNamed(this.#names.at(-1)!);
  }

  #hand(entry: Entry, channel: Channel): Delivery {
    entry.deliveries += 1;
    const delivery = new InMemoryDelivery(entry, channel, this, this.rules.settle);
    channel.hand(delivery);
    return delivery;
  }

  #keep(delivery: Delivery): boolean {
    const isOwned = delivery instanceof InMemoryDelivery && delivery.isOwned;
    if (isOwned) delivery.channel.extend(delivery);
    return isOwned;
  }
}

/** True where the channel may give one more. */
function isOpen({ name }: Channel, left: Limits): boolean {
  return (left.get(name) ?? 1) > 0;
}

function useUp({ name }: Channel, left: Map<string, number>): void {
  const count = left.get(name);
  if (count !== undefined) left.set(name, count - 1);
}

function attempt(act: () => unknown, otherwise: (problem: Error) => unknown): void {
  try {
    act();
  } catch (problem) {
    otherwise(problem instanceof Error ? problem : new Error('A listener threw what is no error.'));
  }
}

function ignore(): void {}
