import {
  requireCapability,
  type ChannelStats,
  type DeadLetter,
  type MessageBroker,
  type ReplayOptions,
  type ReplayReport,
} from '../broker/index.js';
import type { Connection } from '../connection/connection.js';
import { checkChannelName, type Message } from '../message/index.js';
import { parseIds, parseLimit, parseReplayOptions } from './channel-options.js';

/** The default number of entries that `peek()` and `deadLetters()` return. */
const LOOK = 100;

/** Administers one channel. Each method rejects with UnsupportedError if the broker does not support it. */
export class Channel {
  /** @throws InvalidOptionError for an invalid name */
  constructor(
    readonly name: string,
    private readonly connection: Connection,
  ) {
    checkChannelName(name);
  }

  /** Creates the channel if it does not exist. */
  async declare(): Promise<void> {
    return (await this.administration()).declare(this.name);
  }

  /** The number of messages in each state. */
  async stats(): Promise<ChannelStats> {
    return (await this.administration()).stats(this.name);
  }

  /**
   * The next messages, without delivering them: at most `limit`, 100 by default. Rejects with InvalidOptionError for an
   * invalid limit.
   */
  async peek(limit: number = LOOK): Promise<readonly Message[]> {
    const most = parseLimit(limit, this.asked('peek'));
    return (await this.administration()).peek(this.name, most);
  }

  /** Pauses the channel. When the promise resolves, no worker starts another job of it until `resume()`. */
  async pause(): Promise<void> {
    return (await this.administration()).pause(this.name);
  }

  async resume(): Promise<void> {
    return (await this.administration()).resume(this.name);
  }

  /** Cancels queued and delayed messages, and notifies the jobs that wait for them; returns how many. */
  async purge(): Promise<number> {
    return (await this.administration()).purge(this.name);
  }

  /** Deletes the channel with everything in it. Its messages end as if they were cancelled. */
  async delete(): Promise<void> {
    return (await this.administration()).delete(this.name);
  }

  /** The oldest dead letters: at most `limit`, 100 by default. Rejects with InvalidOptionError for an invalid limit. */
  async deadLetters(limit: number = LOOK): Promise<readonly DeadLetter[]> {
    const most = parseLimit(limit, this.asked('deadLetters'));
    return (await this.broker('deadLetters')).channels.deadLetters(this.name, most);
  }

  /**
   * Puts dead letters back as if they had never been tried; returns the outcome of each. Rejects with
   * InvalidOptionError for unknown or invalid options: nothing is replayed then.
   */
  async replayDeadLetters(options?: ReplayOptions): Promise<ReplayReport> {
    const parsed = parseReplayOptions(options, this.asked('replayDeadLetters'));
    return (await this.broker('deadLetters')).channels.replayDeadLetters(this.name, parsed);
  }

  /**
   * Deletes the dead letters with these ids (`DeadLetter.id`) for good; returns how many existed. Rejects with
   * InvalidOptionError.
   */
  async deleteDeadLetters(ids: readonly string[]): Promise<number> {
    const parsed = parseIds(ids, this.asked('deleteDeadLetters'));
    return (await this.broker('deadLetters')).channels.deleteDeadLetters(this.name, parsed);
  }

  private asked(method: string): string {
    return `${method}() of channel "${this.name}"`;
  }

  private async administration(): Promise<MessageBroker['channels']> {
    return (await this.broker('administration')).channels;
  }

  private async broker(capability: 'administration' | 'deadLetters'): Promise<MessageBroker> {
    const { broker } = this.connection;
    requireCapability(broker, capability, `Looking after channel "${this.name}"`);
    await this.connection.ready();
    return broker;
  }
}
