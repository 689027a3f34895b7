import type { ChannelAdministration, ChannelStats, DeadLetter, ReplayOptions, ReplayReport } from '../broker/index.js';
import type { Message } from '../message/index.js';
import type { MessageStore } from './store.js';

/** Channel administration of an in-memory broker. */
export class InMemoryChannelAdministration implements ChannelAdministration {
  constructor(
    /** The broker's store; throws while the broker is not connected. */
    private readonly store: () => MessageStore,
    /** How many consumers take from a channel. */
    private readonly countConsumers: (channel: string) => number,
  ) {}

  async declare(channel: string): Promise<void> {
    this.store().channels.fresh(channel);
  }

  async stats(channel: string): Promise<ChannelStats> {
    const store = this.store();
    return {
      ...store.channels.fresh(channel).stats(),
      waiting: store.waiting(channel),
      consumers: this.countConsumers(channel),
    };
  }

  async peek(channel: string, limit: number): Promise<readonly Message[]> {
    return this.store().channels.fresh(channel).peek(limit);
  }

  async pause(channel: string): Promise<void> {
    this.store().channels.fresh(channel).setPaused(true);
  }

  async resume(channel: string): Promise<void> {
    const resumed = this.store().channels.fresh(channel);
    resumed.setPaused(false);
    resumed.serve();
  }

  async purge(channel: string): Promise<number> {
    return this.store().purge(channel);
  }

  async delete(channel: string): Promise<void> {
    this.store().delete(channel);
  }

  async deadLetters(channel: string, limit: number): Promise<readonly DeadLetter[]> {
    return this.store().channels.fresh(channel).deadLetters(limit);
  }

  async replayDeadLetters(channel: string, options: ReplayOptions = {}): Promise<ReplayReport> {
    return this.store().replay(channel, options);
  }

  async deleteDeadLetters(channel: string, ids: readonly string[]): Promise<number> {
    return this.store().channels.fresh(channel).deleteDeadLetters(ids);
  }
}
