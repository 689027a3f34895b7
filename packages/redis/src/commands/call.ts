import type { ChannelKeys, Keys } from '../keys.js';
import type { Script } from './script.js';

/** An argument of a script. */
export type ScriptArgument = string | number | Buffer;

/** A script with its keys and arguments. */
export interface Invocation {
  readonly script: Script;

  /** The arguments of EVALSHA: the script as it is given, the number of keys, keys, arguments. */
  toArguments(script: string): ScriptArgument[];
}

/** The call of a script with these keys and arguments. */
export function invocation(script: Script, keys: readonly string[], values: readonly ScriptArgument[]): Invocation {
  return { script, toArguments: (text) => [text, keys.length, ...keys, ...values] };
}

/**
 * One call of a script. Its keys and arguments are added one by one. The first key is the start of every key. Arguments refer to keys by
 * index, or to channels by number.
 */
export class Call implements Invocation {
  private readonly passed: string[];
  private readonly values: ScriptArgument[] = [];
  /** By key or channel. */
  private readonly indexes = new Map<string, number>();

  /** @param keysOf the keys to pass for a channel */
  constructor(
    readonly script: Script,
    private readonly keys: Keys,
    private readonly keysOf = (channel: ChannelKeys): readonly string[] => channel.all,
  ) {
    this.passed = [keys.start];
  }

  add(...values: readonly ScriptArgument[]): this {
    for (const value of values) this.values.push(value);
    return this;
  }

  /** Passes a key, once, and returns its index. */
  key(key: string): number {
    let index = this.indexes.get(key);
    if (index === undefined) this.indexes.set(key, (index = this.passed.push(key)));
    return index;
  }

  /** Passes the keys of a channel, once, and returns its number. */
  channel(name: string): number {
    let number = this.indexes.get(name);
    if (number === undefined) {
      this.passed.push(...this.keysOf(this.keys.channel(name)));
      this.indexes.set(name, (number = this.indexes.size + 1));
    }
    return number;
  }

  toArguments(script: string): ScriptArgument[] {
    return [script, this.passed.length, ...this.passed, ...this.values];
  }
}

/** A call of a script that includes lib/dead_letters: the limits of dead letters come first. */
export function callWithLetters(script: Script, keys: Keys): Call {
  return new Call(script, keys).add(keys.letters.maxCount, keys.letters.maxAge);
}
