import type { Script } from './script.js';

/** What can be an argument of a script. */
export type ScriptArgument = string | number | Buffer;

/** A script, and what it is called with. */
export interface Invocation {
  readonly script: Script;

  /** What comes after EVALSHA: the script as it is given, the number of keys, keys, arguments. */
  toArguments(script: string): ScriptArgument[];
}

/** One call of a script whose keys and arguments are put together bit by bit. */
export abstract class Call implements Invocation {
  abstract readonly script: Script;
  private readonly values: ScriptArgument[] = [];

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
