import type { ChannelKeys, Keys } from '../keys.js';
import { Call } from './call.js';

/** A call of a script that is passed the keys of the channels that it touches, and names them by number. */
export abstract class ChannelCall extends Call {
  private readonly numbers = new Map<string, number>();
  private readonly blocks: (readonly string[])[] = [];

  constructor(protected readonly keys: Keys) {
    super();
  }

  /** Passes the channel's keys, and answers the number that arguments name it by. */
  channel(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.blocks.push(this.keysOf(this.keys.channel(name)));
      this.numbers.set(name, number);
    }
    return number;
  }

  protected override allKeys(): readonly string[] {
    return this.blocks.flat();
  }

  /** Those that the script expects of a channel, in their order. */
  protected abstract keysOf(channel: ChannelKeys): readonly string[];
}
