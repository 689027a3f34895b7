import type { Script } from './script.js';

/** What can be an argument of a script. */
export type ScriptArgument = string | number | Buffer;

/** One call of a script: its keys, and its arguments. */
export abstract class Call {
  abstract readonly script: Script;
  private readonly values: ScriptArgument[] = [];

  add(...values: ScriptArgument[]): this {
    for (const value of values) this.values.push(value);
    return this;
  }

  /** What comes after EVALSHA: the script as it is given, the number of keys, keys, arguments. */
  toArguments(script: string): ScriptArgument[] {
    const keys = this.allKeys();
    return [script, keys.length, ...keys, ...this.values];
  }

  protected abstract allKeys(): readonly string[];
}
