import { checkChannelName } from '../message/index.js';
import { Channel, type ChannelRules } from './channel.js';

/** The channels of a broker, by name. */
export class Channels {
  readonly #channels = new Map<string, Channel>();

  constructor(private readonly rules: ChannelRules) {}

  /**
   * The channel as it was when something last happened to it; made where it is not there yet.
   * @throws InvalidOptionError when that is no name for a channel
   */
  named(name: string): Channel {
    return this.#channels.get(name) ?? this.#make(name);
  }

  /** The same, up to date. */
  fresh(name: string): Channel {
    const channel = this.named(name);
    channel.refresh();
    return channel;
  }

  /** Forgets an empty channel. Where consumers wait for it, it stays. */
  remove(channel: Channel): void {
    if (channel.isWaitedFor) return;
    channel.sleep();
    this.#channels.delete(channel.name);
  }

  /** Serves who waits for these. */
  serve(names: Iterable<string>): void {
    for (const name of names) this.#channels.get(name)?.serve();
  }

  /** Sees to what became due since `sleep()`. */
  wakeUp(): void {
    for (const channel of this.#channels.values()) channel.wakeUp();
  }

  /** Leaves no timers behind. */
  sleep(): void {
    for (const channel of this.#channels.values()) channel.sleep();
  }

  #make(name: string): Channel {
    checkChannelName(name);
    const channel = new Channel(name, this.rules);
    this.#channels.set(name, channel);
    return channel;
  }
}
