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

/** How many entries a look returns where nothing is said. */
const LOOK = 100;

/** Looks after one channel. Each method rejects with UnsupportedError where the broker cannot do it. */
export class Channel {
  /** @throws InvalidOptionError when the name is none */
  constructor(
    readonly name: string,
    private readonly connection: Connection,
  ) {
    checkChannelName(name);
  }

  /** Makes it where it is not there. */
  async declare(): Promise<void> {
    return (await this.administration()).declare(this.name);
  }

  /** How many messages it holds, by where they are. */
  async stats(): Promise<ChannelStats> {
    return (await this.administration()).stats(this.name);
  }

  /** The next messages, without taking them: at most `limit`, 100 by default. Rejects with InvalidOptionError for a limit that is none. */
  async peek(limit: number = LOOK): Promise<readonly Message[]> {
    const most = parseLimit(limit, this.asked('peek'));
    return (await this.administration()).peek(this.name, most);
  }

  /** When it resolves, no worker begins another job of it until `resume()`. */
  async pause(): Promise<void> {
    return (await this.administration()).pause(this.name);
  }

  async resume(): Promise<void> {
    return (await this.administration()).resume(this.name);
  }

  /** Ends what is queued or delayed, and tells who waits for it; returns how many. */
  async purge(): Promise<number> {
    return (await this.administration()).purge(this.name);
  }

  /** Removes it with everything in it. What it holds ends as if it was cancelled. */
  async delete(): Promise<void> {
    return (await this.administration()).delete(this.name);
  }

  /** The oldest dead letters first: at most `limit`, 100 by default. Rejects with InvalidOptionError for a limit that is none. */
  async deadLetters(limit: number = LOOK): Promise<readonly DeadLetter[]> {
    const most = parseLimit(limit, this.asked('deadLetters'));
    return (await this.broker('deadLetters')).channels.deadLetters(this.name, most);
  }

  /**
   * Puts dead letters back, as if they had never been tried; returns what became of each. Rejects with InvalidOptionError for options that
   * are unknown or of the wrong type: nothing is replayed then.
   */
  async replayDeadLetters(options?: ReplayOptions): Promise<ReplayReport> {
    const parsed = parseReplayOptions(options, this.asked('replayDeadLetters'));
    return (await this.broker('deadLetters')).channels.replayDeadLetters(this.name, parsed);
  }

  /** Removes the dead letters with these ids (`DeadLetter.id`) for good; returns how many were there. Rejects with InvalidOptionError. */
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
