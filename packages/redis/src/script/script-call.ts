import type { Keys } from '../keys.js';
import { Call } from './call.js';
import { type Operation, script } from './index.js';

/** A call of the script that has every operation: which one, and the keys of the channels that it touches. */
export class ScriptCall extends Call {
  readonly script = script;
  private readonly numbers = new Map<string, number>();
  private readonly blocks: (readonly string[])[] = [];

  constructor(
    private readonly keys: Keys,
    operation: Operation,
  ) {
    super();
    this.add(operation);
  }

  /** Passes the channel's keys, and answers the number that arguments name it by. */
  channel(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.blocks.push(this.keys.channel(name).forScript);
      this.numbers.set(name, number);
    }
    return number;
  }

  protected override allKeys(): readonly string[] {
    const { bucketStart, clientStart, channelStart, waitingStart, skippedStart } = this.keys;
    return [bucketStart, clientStart, channelStart, waitingStart, skippedStart, ...this.blocks.flat()];
  }
}
