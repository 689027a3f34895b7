import type { Invocation, ScriptArgument } from './call.js';
import { getFromMasterScript } from './index.js';

/** A call of the script that reads buckets where the server is the master. */
export class GetFromMasterCall implements Invocation {
  readonly script = getFromMasterScript;

  /**
   * @param probe a key that is never there
   * @param keys of buckets
   */
  constructor(
    private readonly probe: string,
    private readonly keys: readonly string[],
  ) {}

  toArguments(script: string): ScriptArgument[] {
    return [script, this.keys.length + 1, this.probe, ...this.keys];
  }
}
