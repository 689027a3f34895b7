import type { ChannelKeys, Keys } from '../keys.js';
import type { Script } from './script.js';

/** What can be an argument of a script. */
export type ScriptArgument = string | number | Buffer;

/** A script, and what it is called with. */
export interface Invocation {
  readonly script: Script;

  /** The arguments of EVALSHA: the script as it is given, the number of keys, keys, arguments. */
  toArguments(script: string): ScriptArgument[];
}

/** One call of a script whose keys and arguments are added one by one. The first key is how every key begins. */
abstract class Call implements Invocation {
  private readonly values: ScriptArgument[] = [];

  constructor(
    readonly script: Script,
    protected readonly keys: Keys,
  ) {}

  add(...values: ScriptArgument[]): this {
    for (const value of values) this.values.push(value);
    return this;
  }

  toArguments(script: string): ScriptArgument[] {
    const keys = this.allKeys();
    return [script, keys.length, ...keys, ...this.values];
  }

  protected abstract allKeys(): readonly string[];
}

/** A call whose arguments refer to keys by place. */
export class KeyedCall extends Call {
  private readonly passed = [this.keys.start];
  private readonly places = new Map<string, number>();

  /** Passes a key, once, and returns its place. */
  key(key: string): number {
    let place = this.places.get(key);
    if (place === undefined) this.places.set(key, (place = this.passed.push(key)));
    return place;
  }

  protected override allKeys(): readonly string[] {
    return this.passed;
  }
}

/** A call whose arguments refer to channels by number. It passes the keys of each channel, by default all of them. */
export class ChannelCall extends Call {
  private readonly numbers = new Map<string, number>();
  private readonly blocks: (readonly string[])[] = [];

  constructor(
    script: Script,
    keys: Keys,
    private readonly keysOf: (channel: ChannelKeys) => readonly string[] = allKeysOf,
  ) {
    super(script, keys);
  }

  /** Passes the keys of a channel, once, and returns its number. */
  channel(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.blocks.push(this.keysOf(this.keys.channel(name)));
      this.numbers.set(name, number);
    }
    return number;
  }

  protected override allKeys(): readonly string[] {
    return [this.keys.start, ...this.blocks.flat()];
  }
}

/** A call of a script that includes lib/dead_letters: the limits of dead letters come first. */
export function callWithLetters(script: Script, keys: Keys): ChannelCall {
  return new ChannelCall(script, keys).add(keys.letters.maxCount, keys.letters.maxAge);
}

/** A call that is about one channel. */
export function callOn(channel: string, script: Script, keys: Keys): ChannelCall {
  return on(channel, new ChannelCall(script, keys));
}

/** A call that is about one channel and its dead letters. */
export function callOnWithLetters(channel: string, script: Script, keys: Keys): ChannelCall {
  return on(channel, callWithLetters(script, keys));
}

function on(channel: string, call: ChannelCall): ChannelCall {
  call.channel(channel);
  return call;
}

function allKeysOf(channel: ChannelKeys): readonly string[] {
  return channel.all;
}
