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

/** How many entries a look answers where nothing is said. */
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

  /** The next messages, without taking them. */
  async peek(limit: number = LOOK): Promise<readonly Message[]> {
    return (await this.administration()).peek(this.name, limit);
  }

  /** No worker takes from it until `resume()`. */
  async pause(): Promise<void> {
    return (await this.administration()).pause(this.name);
  }

  async resume(): Promise<void> {
    return (await this.administration()).resume(this.name);
  }

  /** Removes what is queued or delayed; answers how many. */
  async purge(): Promise<number> {
    return (await this.administration()).purge(this.name);
  }

  /** Removes it with everything in it. */
  async delete(): Promise<void> {
    return (await this.administration()).delete(this.name);
  }

  /** The oldest dead letters first. */
  async deadLetters(limit: number = LOOK): Promise<readonly DeadLetter[]> {
    return (await this.broker('deadLetters')).channels.deadLetters(this.name, limit);
  }

  /** Puts dead letters back, as if they had never been tried; returns what became of each. */
  async replayDeadLetters(options?: ReplayOptions): Promise<ReplayReport> {
    return (await this.broker('deadLetters')).channels.replayDeadLetters(this.name, options);
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
