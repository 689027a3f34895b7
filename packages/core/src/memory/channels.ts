import { checkChannelName } from '../message/index.js';
import { type ChannelRules, InMemoryChannel } from './channel.js';

/** The channels of a broker, by name. */
export class InMemoryChannels {
  readonly #channels = new Map<string, InMemoryChannel>();

  constructor(private readonly rules: ChannelRules) {}

  /**
   * The channel of this name, created if it does not exist. Not refreshed.
   * @throws InvalidOptionError for a name that is not valid
   */
  named(name: string): InMemoryChannel {
    return this.#channels.get(name) ?? this.#create(name);
  }

  /** The channel of this name, refreshed. */
  fresh(name: string): InMemoryChannel {
    const channel = this.named(name);
    channel.refresh();
    return channel;
  }

  /** Removes an empty channel, unless consumers wait for it. */
  remove(channel: InMemoryChannel): void {
    if (channel.hasWaitingConsumers) return;
    channel.sleep();
    this.#channels.delete(channel.name);
  }

  /** Serves the waiting consumers of these channels. */
  serve(names: Iterable<string>): void {
    for (const name of names) this.#channels.get(name)?.serve();
  }

  /** Handles what became due since `sleep()`. */
  wakeUp(): void {
    for (const channel of this.#channels.values()) channel.wakeUp();
  }

  /** Stops all timers. */
  sleep(): void {
    for (const channel of this.#channels.values()) channel.sleep();
  }

  #create(name: string): InMemoryChannel {
    checkChannelName(name);
    const channel = new InMemoryChannel(name, this.rules);
    this.#channels.set(name, channel);
    return channel;
  }
}
