import type { ConsumeOptions, Consumer, Delivery, ReceiveOptions } from '../broker/index.js';
import { LostOwnershipError } from '../errors/index.js';
import type { InMemoryChannel } from './channel.js';
import { InMemoryDelivery, type Settle } from './delivery.js';
import type { ChannelConsumer, Entry } from './entry.js';

type Limits = NonNullable<ReceiveOptions['limits']>;

/** A `receive` that waits. */
interface PendingReceive {
  readonly max: number;
  readonly limits: Limits;
  readonly resolve: (deliveries: readonly Delivery[]) => void;
}

/** What a consumer needs from its broker. */
export interface ConsumerRules {
  readonly ownershipTime: number;
  readonly settle: Settle;
  /** The current channel of that name: it may have been deleted and created again. */
  readonly channelNamed: (name: string) => InMemoryChannel;
  readonly onClose: (consumer: InMemoryConsumer) => void;
}

const NO_LIMITS: Limits = new Map();

/** Takes from its channels in turn, so that a busy one does not starve the others. */
export class InMemoryConsumer implements Consumer, ChannelConsumer {
  readonly ownershipTime: number;
  readonly #names: string[];
  #pending: PendingReceive | undefined;
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

  /** True if it takes from the channel. */
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
    this.#resolvePending([]);
  }

  async markStarted(delivery: Delivery): Promise<void> {
    if (!isOwned(delivery)) throw new LostOwnershipError(delivery.id, delivery.message.channel);
    delivery.channel.markStarted(delivery);
  }

  async extend(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    return deliveries.filter((delivery) => !this.#extend(delivery));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.wake();
    this.rules.onClose(this);
  }

  /** Resolves a waiting `receive` if its channels have messages; with none if they have a suspect, which must be received alone. */
  serve(): void {
    if (!this.#pending) return;
    const deliveries = this.#take(this.#pending.max, this.#pending.limits);
    if (deliveries.length > 0 || this.hasSuspects) this.#resolvePending(deliveries);
  }

  /** Reports a cancelled job to `onCancel`. Errors that listeners throw are contained. */
  tellCancelled(channel: string, jobId: string): void {
    const { onCancel, onProblem } = this.options;
    attempt(
      () => onCancel?.(channel, jobId),
      (problem) => attempt(() => onProblem?.(problem), ignore),
    );
  }

  #channels(): InMemoryChannel[] {
    return this.#names.map((name) => this.rules.channelNamed(name));
  }

  #wait(max: number, limits: Limits): Promise<readonly Delivery[]> {
    for (const channel of this.#channels()) channel.addWaiting(this);
    return new Promise((resolve) => {
      this.#pending = { max, limits, resolve };
    });
  }

  #resolvePending(deliveries: readonly Delivery[]): void {
    if (!this.#pending) return;
    const { resolve } = this.#pending;
    this.#pending = undefined;
    for (const channel of this.#channels()) channel.removeWaiting(this);
    resolve(deliveries);
  }

  /** Takes one from each channel in turn, until there are enough, or all are empty or at their limit. */
  #take(max: number, limits: Limits): Delivery[] {
    const taken: Delivery[] = [];
    const left = limits.size > 0 ? new Map(limits) : limits;
    let empty = 0;
    while (taken.length < max && empty < this.#names.length) {
      const channel = this.#nextChannel();
      const entry = isOpen(channel, left) ? channel.take() : undefined;
      empty = entry ? 0 : empty + 1;
      if (entry) taken.push(this.#deliver(entry, channel));
      if (entry && left.size > 0) countTaken(channel, left as Map<string, number>);
    }
    return taken;
  }

  #takeSuspect(limits: Limits): Delivery[] {
    for (let looked = 0; looked < this.#names.length; looked += 1) {
      const channel = this.#nextChannel();
      const entry = isOpen(channel, limits) ? channel.takeSuspect() : undefined;
      if (entry) return [this.#deliver(entry, channel)];
    }
    return [];
  }

  #nextChannel(): InMemoryChannel {
    if (this.#names.length > 1) this.#names.push(this.#names.shift()!);
    return this.rules.channelNamed(this.#names.at(-1)!);
  }

  #deliver(entry: Entry, channel: InMemoryChannel): Delivery {
    entry.deliveries += 1;
    const delivery = new InMemoryDelivery(entry, channel, this, this.rules.settle);
    channel.lease(delivery);
    return delivery;
  }

  #extend(delivery: Delivery): boolean {
    if (!isOwned(delivery)) return false;
    delivery.channel.extend(delivery);
    return true;
  }
}

function isOwned(delivery: Delivery): delivery is InMemoryDelivery {
  return delivery instanceof InMemoryDelivery && delivery.isOwned;
}

/** True if the channel has not reached its limit. */
function isOpen({ name }: InMemoryChannel, left: Limits): boolean {
  return (left.get(name) ?? 1) > 0;
}

function countTaken({ name }: InMemoryChannel, left: Map<string, number>): void {
  const count = left.get(name);
  if (count !== undefined) left.set(name, count - 1);
}

function attempt(action: () => unknown, otherwise: (problem: Error) => unknown): void {
  try {
    action();
  } catch (problem) {
    otherwise(problem instanceof Error ? problem : new Error('A listener threw a value that is not an error.'));
  }
}

function ignore(): void {}
