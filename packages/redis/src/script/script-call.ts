import type { Keys } from '../keys.js';
import type { Operation } from './index.js';

/** What can be an argument of the script. */
export type ScriptArgument = string | number | Buffer;

/** One call of the script: an operation, the keys of the channels that it touches, and its arguments. */
export class ScriptCall {
  private readonly numbers = new Map<string, number>();
  private readonly blocks: (readonly string[])[] = [];
  private readonly values: ScriptArgument[];

  constructor(
    private readonly keys: Keys,
    operation: Operation,
  ) {
    this.values = [operation];
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

  add(...values: ScriptArgument[]): this {
    for (const value of values) this.values.push(value);
    return this;
  }

  /** What comes after EVALSHA: the hash, or the script itself, the number of keys, keys, arguments. */
  toArguments(script: string): ScriptArgument[] {
    const { bucketStart, clientStart, channelStart, waitingStart, skippedStart } = this.keys;
    const keys = [bucketStart, clientStart, channelStart, waitingStart, skippedStart, ...this.blocks.flat()];
    return [script, keys.length, ...keys, ...this.values];
  }
}
