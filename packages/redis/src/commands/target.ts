import type { Connection } from '../connection/connection.js';
import type { Keys } from '../keys.js';
import { type Invocation, type ScriptArgument, callWithLetters } from './call.js';
import type { Script } from './script.js';

/** A channel that is administered. */
export class Target {
  constructor(
    readonly connection: Connection,
    private readonly keys: Keys,
    readonly channel: string,
  ) {}

  /** The call of a script that includes lua/lib/administration. */
  call(script: Script, ...values: readonly ScriptArgument[]): Invocation {
    const call = callWithLetters(script, this.keys).add(...values);
    call.channel(this.channel);
    return call;
  }
}
